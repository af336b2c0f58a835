/* rules.c - the decree's rules on marks (NĐ 30/2020): which mark each signature is, and whether it stands where and how it must. */
#include "verify/verify_priv.h"

void vf_rules(struct vf *vf)
{
	(void)vf;
}
