/*
 * tk_module.c - loads PKCS#11 modules, once a process each. See tk_module.h.
 *
 * Modules stay mapped after the last reference (RTLD_NODELETE): vendors' libraries leave threads and exit handlers
 * behind.
 */
#include "token/tk_module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "token/tk_private.h"

static pthread_mutex_t modules_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tk_module *modules; /* every module that is loaded in this process */

/* The functions this folder calls: a module that lacks one is refused when it is loaded, not when it is needed. */
#define NEEDED(function)                                                                                               \
	{                                                                                                              \
		offsetof(CK_FUNCTION_LIST, function), #function                                                        \
	}
static const struct {
	size_t offset;
	const char *name;
} needed_functions[] = {
	NEEDED(C_Initialize),       NEEDED(C_Finalize),      NEEDED(C_GetInfo),
	NEEDED(C_GetSlotList),      NEEDED(C_GetSlotInfo),   NEEDED(C_GetTokenInfo),
	NEEDED(C_GetMechanismInfo), NEEDED(C_InitToken),     NEEDED(C_InitPIN),
	NEEDED(C_SetPIN),           NEEDED(C_OpenSession),   NEEDED(C_CloseSession),
	NEEDED(C_GetSessionInfo),   NEEDED(C_Login),         NEEDED(C_Logout),
	NEEDED(C_CreateObject),     NEEDED(C_DestroyObject), NEEDED(C_GetAttributeValue),
	NEEDED(C_FindObjectsInit),  NEEDED(C_FindObjects),   NEEDED(C_FindObjectsFinal),
	NEEDED(C_SignInit),         NEEDED(C_Sign),          NEEDED(C_GenerateKeyPair),
};

static int check_functions(const char *path, CK_FUNCTION_LIST *fn, struct err *err)
{
	if (fn->version.major != 2 && fn->version.major != 3)
		return err_set(err, ERR_TOKEN_MODULE, "%s: speaks PKCS#11 %d.%d, not 2 or 3", path, fn->version.major,
			       fn->version.minor);
	for (size_t i = 0; i < ARRAY_LEN(needed_functions); i++) {
		void *function;

		memcpy(&function, (const char *)fn + needed_functions[i].offset, sizeof(function));
		if (!function)
			return err_set(err, ERR_TOKEN_MODULE, "%s: the module has no %s", path,
				       needed_functions[i].name);
	}
	return 0;
}

/* dlopen and C_GetFunctionList. */
static int open_library(const char *path, void **ret_library, CK_FUNCTION_LIST **ret_fn, struct err *err)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	CK_C_GetFunctionList get_list;
	CK_FUNCTION_LIST *fn = NULL;
	void *symbol;
	CK_RV rv;

	if (!library)
		return err_set(err, ERR_TOKEN_MODULE, "%s", dlerror());
	symbol = dlsym(library, "C_GetFunctionList");
	if (!symbol) {
		dlclose(library);
		return err_set(err, ERR_TOKEN_MODULE, "%s: not a PKCS#11 module (it has no C_GetFunctionList)", path);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	rv = get_list(&fn);
	if (rv != CKR_OK || !fn) {
		dlclose(library);
		tk_ckr_fail(err, rv, "C_GetFunctionList", path);
		return err_set(err, ERR_TOKEN_MODULE, "%s: C_GetFunctionList fails (0x%lx)", path, rv);
	}
	*ret_library = library;
	*ret_fn = fn;
	return 0;
}

/* C_Initialize with system locks; without locks for a module that has none (one thread uses it then). */
static CK_RV initialize(CK_FUNCTION_LIST *fn, char *init_args)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK, .pReserved = init_args };
	CK_RV rv = fn->C_Initialize(&args);

	if (rv == CKR_CANT_LOCK || rv == CKR_NEED_TO_CREATE_THREADS) {
		args.flags = 0;
		rv = fn->C_Initialize(init_args ? &args : NULL);
	}
	return rv;
}

static int start(struct tk_module *module, struct err *err)
{
	CK_RV rv = initialize(module->fn, module->init_args);
	CK_INFO info;

	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		tk_ckr_fail(err, rv, "C_Initialize", module->path);
		if (err)
			err->code = ERR_TOKEN_MODULE;
		return -1;
	}
	module->finalize = rv == CKR_OK;
	memset(&info, 0, sizeof(info));
	rv = module->fn->C_GetInfo(&info);
	if (rv != CKR_OK)
		return tk_ckr_fail(err, rv, "C_GetInfo", module->path);
	tk_text(module->info.manufacturer, info.manufacturerID, sizeof(info.manufacturerID));
	tk_text(module->info.description, info.libraryDescription, sizeof(info.libraryDescription));
	module->info.cryptoki_major = info.cryptokiVersion.major;
	module->info.cryptoki_minor = info.cryptokiVersion.minor;
	module->info.library_major = info.libraryVersion.major;
	module->info.library_minor = info.libraryVersion.minor;
	return 0;
}

static void destroy(struct tk_module *module)
{
	if (module->finalize)
		module->fn->C_Finalize(NULL);
	if (module->library)
		dlclose(module->library);
	free(module->path);
	free(module->init_args);
	free(module);
}

static struct tk_module *find_loaded(const CK_FUNCTION_LIST *fn)
{
	for (struct tk_module *module = modules; module; module = module->next)
		if (module->fn == fn)
			return module;
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int add_module(const char *path, const char *init_args, void *library, CK_FUNCTION_LIST *fn,
		      struct tk_module **ret_module, struct err *err)
{
	struct tk_module *module = calloc(1, sizeof(*module));

	if (!module) {
		dlclose(library);
		return err_set(err, ERR_NO_MEMORY, "%s", path);
	}
	module->library = library;
	module->fn = fn;
	module->refs = 1;
	module->path = strdup(path);
	module->init_args = init_args ? strdup(init_args) : NULL;
	if (!module->path || (init_args && !module->init_args)) {
		destroy(module);
		return err_set(err, ERR_NO_MEMORY, "%s", path);
	}
	if (start(module, err) < 0) {
		destroy(module);
		return -1;
	}
	module->next = modules;
	modules = module;
	*ret_module = module;
	return 0;
}

static int load_locked(const char *path, const char *init_args, struct tk_module **ret_module, struct err *err)
{
	struct tk_module *module;
	CK_FUNCTION_LIST *fn;
	void *library;

	if (open_library(path, &library, &fn, err) < 0)
		return -1;
	module = find_loaded(fn);
	if (module) {
		dlclose(library); /* the first loading keeps it */
		if (!same_text(module->init_args, init_args))
			return err_set(err, ERR_TOKEN_MODULE,
				       "%s: already loaded in this process with other initialisation arguments", path);
		module->refs++;
		*ret_module = module;
		return 0;
	}
	if (check_functions(path, fn, err) < 0) {
		dlclose(library);
		return -1;
	}
	return add_module(path, init_args, library, fn, ret_module, err);
}

int tk_module_load(const char *path, const char *init_args, struct tk_module **ret_module, struct err *err)
{
	int rc;

	pthread_mutex_lock(&modules_lock);
	rc = load_locked(path, init_args, ret_module, err);
	pthread_mutex_unlock(&modules_lock);
	return rc;
}

struct tk_module *tk_module_keep(struct tk_module *module)
{
	pthread_mutex_lock(&modules_lock);
	module->refs++;
	pthread_mutex_unlock(&modules_lock);
	return module;
}

void tk_module_free(struct tk_module *module)
{
	if (!module)
		return;
	pthread_mutex_lock(&modules_lock);
	if (--module->refs == 0) {
		struct tk_module **link = &modules;

		while (*link != module)
			link = &(*link)->next;
		*link = module->next;
		destroy(module);
	}
	pthread_mutex_unlock(&modules_lock);
}

const char *tk_module_path(const struct tk_module *module)
{
	return module->path;
}

const struct tk_module_info *tk_module_info(const struct tk_module *module)
{
	return &module->info;
}
