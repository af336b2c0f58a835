# SPDX-License-Identifier: AGPL-3.0-or-later
"""The letters: agencies, people and matters are all invented. One dict a letter; see letter() for the keys."""

A_PARENT = "UBND TỈNH LÂM HẢI"
A_SO = "SỞ KHOA HỌC VÀ CÔNG NGHỆ"

PARAGRAPHS = [
    "Thực hiện Kế hoạch chuyển đổi số năm 2026 của Ủy ban nhân dân tỉnh, {agency} đề nghị các cơ quan, đơn vị rà soát số lượng chứng thư chữ ký số chuyên dùng công vụ đang quản lý, đối chiếu với danh sách cán bộ, công chức, viên chức hiện có và gửi kết quả về {agency} để tổng hợp.",
    "Đối với chứng thư chữ ký số còn thời hạn sử dụng dưới 60 ngày, cơ quan quản lý trực tiếp lập văn bản đề nghị gia hạn; trường hợp đã gia hạn một lần thì lập văn bản đề nghị cấp mới, trong đó ghi rõ số hiệu chứng thư cũ và thông tin của thiết bị lưu khóa bí mật.",
    "Thiết bị lưu khóa bí mật của cơ quan, tổ chức được giao cho văn thư cơ quan quản lý tại trụ sở; việc bàn giao cho người khác chỉ thực hiện khi được phép bằng văn bản của người có thẩm quyền và phải lập biên bản.",
    "Trường hợp thiết bị bị thất lạc, cơ quan quản lý trực tiếp lập biên bản xác nhận, đồng thời gửi văn bản đề nghị thu hồi chứng thư chữ ký số trong thời hạn 24 giờ kể từ khi phát hiện, không sử dụng văn bản đề nghị khôi phục thiết bị cho trường hợp này.",
    "Các đơn vị bố trí cán bộ đầu mối, cập nhật đầy đủ họ và tên, chức vụ, số điện thoại và địa chỉ thư điện tử công vụ; không sử dụng hộp thư cá nhân trong hồ sơ đề nghị.",
    "Định kỳ trước ngày 25 của tháng cuối quý, các đơn vị báo cáo tình hình sử dụng chữ ký số trên hệ thống quản lý văn bản và điều hành, nêu rõ tỷ lệ văn bản điện tử có đủ chữ ký số của người có thẩm quyền và của cơ quan, tổ chức.",
    "Văn phòng chủ trì, phối hợp với các phòng chuyên môn tổ chức tập huấn kỹ năng ký số trên văn bản điện tử, kiểm tra chữ ký số của văn bản đến và xử lý các trường hợp chữ ký không hợp lệ hoặc chưa xác định được.",
]
CLOSING = "{agency} đề nghị các cơ quan, đơn vị quan tâm phối hợp thực hiện./."
RECIPIENTS = ["Như trên;", "UBND tỉnh (b/c);", "Giám đốc, các Phó Giám đốc;", "Trung tâm Chuyển đổi số;", "Lưu: VT, CĐS."]


def block(titles, name, note=None, rank=None, **more):
    """titles from the top; note: "(Ký, ...)" under them; rank stands before the name; more: picture, spread, gap (empty lines)."""
    return {"titles": titles, "name": name, "note": note, "rank": rank, "gap": 4, "picture": False, "spread": 0, **more}


def letter(file, **more):
    base = {
        "file": file, "parent": A_PARENT, "agency": A_SO, "said": "Sở Khoa học và Công nghệ", "number": "Số:          /SKHCN-CĐS",
        "place": "Lâm Hải, ngày       tháng       năm 2026", "about": "V/v rà soát chứng thư chữ ký số chuyên dùng công vụ",
        "kind": None, "to": ["Các sở, ban, ngành thuộc tỉnh;", "Ủy ban nhân dân các xã, phường."], "intro": [], "paras": [0, 1, 2],
        "extra": [], "recipients": RECIPIENTS, "rows": None, "annex": [], "header": None, "footer": None, "nfd": False,
        "break_before_foot": 0, "splits": False, "landscape": False, "notes": [], "columns": None,
        # expectation
        "signer": None, "sure": True, "page": 1, "why": "", "producer": "LibreOffice Writer", "other": None,
    }
    unknown = set(more) - set(base) - {"blocks"}
    assert not unknown, unknown
    base.update(more)
    return base


def body(l):
    return [PARAGRAPHS[i].format(agency=l["said"]) if isinstance(i, int) else i for i in l["paras"]]


def dashed(recipient):
    """A line of "Nơi nhận"; one that begins with = stands without a dash."""
    return recipient[1:] if recipient.startswith("=") else "- " + recipient


def one(titles, name, **more):
    return [[block(titles, name, **more)]]


KT_GD = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
UBND = ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
UBND_KT = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
HEAD = "Người đứng đầu Cơ quan, tổ chức"
SEAL_NOTE = "(Ký, đóng dấu và ghi rõ họ tên)"
PEOPLE = ["STT", "Họ và tên", "Chức vụ", "Đơn vị"]
ROWS = [["1", "Hoàng Thị Thanh Thúy", "Phó Giám đốc", "Sở Khoa học và Công nghệ"], ["2", "Trần Quốc Bảo", "Trưởng phòng", "Phòng Chuyển đổi số"],
        ["3", "Lý A Páo", "Chuyên viên", "Văn phòng"]]

LETTERS = [
    letter("cong-van", blocks=one(["GIÁM ĐỐC"], "Nguyễn Minh Quân"), paras=[0, 1, 2, 3, 4, 5, 6], signer="Nguyễn Minh Quân", page=2,
           intro=["Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
                  "Căn cứ Nghị định số 68/2024/NĐ-CP ngày 25 tháng 6 năm 2024 của Chính phủ quy định về chữ ký số chuyên dùng công vụ;"],
           extra=["Đầu mối phối hợp: Phòng Chuyển đổi số, ông Trần Quốc Bảo, thư điện tử baotq@lamhai.example."]),
    letter("lo-kt-pho-giam-doc", blocks=one(KT_GD, "Hoàng Thị Thanh Thúy"), signer="Hoàng Thị Thanh Thúy", paras=[0, 4],
           extra=["Mọi vướng mắc gửi về đồng chí Hoàng Thị Thanh Thúy, Phó Giám đốc Sở, để được hướng dẫn.", "Hoàng Thị Thanh Thúy",
                  "là người chủ trì cuộc họp ngày 12 tháng 5."],
           recipients=["Như trên;", "Đ/c Hoàng Thị Thanh Thúy;", "=Hoàng Thị Thanh Thúy", "Lưu: VT, CĐS."],
           why="name also alone in the body and in Nơi nhận"),
    letter("lo-tm-ubnd-nfd", parent=None, agency="ỦY BAN NHÂN DÂN\nTỈNH LÂM HẢI", said="Ủy ban nhân dân tỉnh", number="Số:        /UBND-KGVX",
           blocks=one(UBND_KT, "Nguyễn Thị Hoà"), nfd=True, signer="Nguyễn Thị Hòa", paras=[0, 2, 5], why="text is NFD, tone on the other vowel"),
    letter("lo-chuong-trinh-phoi-hop", parent=None, agency="SỞ KHOA HỌC VÀ CÔNG NGHỆ -\nCÔNG AN TỈNH LÂM HẢI", kind="CHƯƠNG TRÌNH PHỐI HỢP", to=[],
           about="Về bảo đảm an toàn thiết bị lưu khóa bí mật giai đoạn 2026 - 2030", number="Số:      /CTPH-SKHCN-CAT", paras=[0, 2, 3],
           blocks=[[block(["CÔNG AN TỈNH", "GIÁM ĐỐC"], "Phan Đình Khải", rank="Thiếu tướng"),
                    block(["SỞ KHOA HỌC VÀ CÔNG NGHỆ", "GIÁM ĐỐC"], "Nguyễn Minh Quân")]],
           columns=2, signer="Phan Đình Khải", other="Nguyễn Minh Quân", why="two blocks side by side, rank before a name"),
    letter("lo-ba-ben", parent=None, agency="LIÊN NGÀNH", kind="KẾ HOẠCH LIÊN NGÀNH", to=[], about="Về kiểm tra việc quản lý chứng thư chữ ký số năm 2026",
           number="Số:      /KHLN", paras=[0, 5],
           blocks=[[block(["THANH TRA TỈNH", "KT. CHÁNH THANH TRA", "PHÓ CHÁNH THANH TRA"], "Võ Thị Mỹ Linh", printed="THANH TRA TỈNH / KT. CHÁNH THANH / TRA / PHÓ CHÁNH THANH / TRA"),
                    block(["SỞ NỘI VỤ", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "Đặng Hữu Tài"),
                    block(["SỞ KHOA HỌC VÀ", "CÔNG NGHỆ", "GIÁM ĐỐC"], "Nguyễn Minh Quân")]],
           columns=3, signer="Đặng Hữu Tài", other="Võ Thị Mỹ Linh", why="three blocks side by side"),
    letter("lo-bien-ban", kind="BIÊN BẢN", about="Họp thống nhất phương án bàn giao thiết bị lưu khóa bí mật", to=[], number="Số:        /BB-SKHCN", paras=[
        "Thời gian bắt đầu: 08 giờ 00 phút, ngày 14 tháng 5 năm 2026. Địa điểm: phòng họp số 2.", "Chủ trì: Hoàng Thị Thanh Thúy",
        "Thư ký: Lý A Páo", 3, 4, "Cuộc họp kết thúc vào 11 giờ 30 phút cùng ngày./."],
        rows=[PEOPLE] + ROWS, recipients=None, columns=2,
        blocks=[[block(["THƯ KÝ"], "Lý A Páo", note="(Chữ ký)"), block(["CHỦ TỌA"], "Hoàng Thị Thanh Thúy", note="(Chữ ký, dấu (nếu có))")]],
        signer="Lý A Páo", other="Hoàng Thị Thanh Thúy", why="minutes; both names also in a table and in the body"),
    letter("lo-phu-luc", blocks=one(["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"], "Vũ Ngọc Ánh"), signer="Vũ Ngọc Ánh", paras=[0, 1], page=1,
           annex=[("PHỤ LỤC I", "DANH SÁCH CÁN BỘ ĐẦU MỐI", [PEOPLE] + ROWS + [["4", "Vũ Ngọc Ánh", "Chánh Văn phòng", "Văn phòng"]]),
                  ("PHỤ LỤC II", "SỐ LƯỢNG THIẾT BỊ", [["STT", "Tên thiết bị", "Số lượng", "Người quản lý"], ["1", "Token", "12", "Vũ Ngọc Ánh"]])],
           why="two annex pages after the block, the name stands in both"),
    letter("lo-trang-rieng", blocks=one(["Q. GIÁM ĐỐC"], "Lê Trọng Nghĩa"), signer="Lê Trọng Nghĩa", paras=[0, 1, 2, 3, 4, 5], page=2,
           break_before_foot=1, why="block pushed alone to the last page"),
    letter("lo-in-hoa", blocks=one(["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG CHUYỂN ĐỔI SỐ"], "TRẦN QUỐC BẢO"), signer="Trần Quốc Bảo", paras=[2, 4], why="name in capitals"),
    letter("lo-gian-chu", blocks=one(["HIỆU TRƯỞNG"], "Đỗ Kim Ngân", spread=1), parent="SỞ GIÁO DỤC VÀ ĐÀO TẠO", agency="TRƯỜNG THPT LÂM HẢI", said="Trường",
           signer="Đỗ Kim Ngân", paras=[0, 4], number="Số: ....../THPT-VP", place="Lâm Hải, ngày ..... tháng ..... năm 20....", why="name spread by wide spaces"),
    letter("lo-hai-lan", blocks=[[block(["NGƯỜI LẬP BIỂU"], "Nguyễn Minh Quân"), block(["GIÁM ĐỐC"], "Nguyễn Minh Quân")]], columns=2, recipients=None,
           signer="Nguyễn Minh Quân", sure=False, paras=[0, 4], why="two blocks of the same name"),
    letter("lo-da-ky", blocks=one(KT_GD, "Hoàng Thị Thanh Thúy", picture=True), signer="Hoàng Thị Thanh Thúy", sure=False, paras=[0, 4],
           why="a picture of a signature stands in the room already"),
    letter("lo-khong-cho", blocks=one(["GIÁM ĐỐC"], "Nguyễn Minh Quân", gap=0), signer="Nguyễn Minh Quân", sure=False, paras=[0, 4], why="no room between title and name"),
    letter("lo-khong-ten", blocks=one(["GIÁM ĐỐC"], None), signer="Nguyễn Minh Quân", sure=False, paras=[0, "Ông Nguyễn Minh Quân được giao chủ trì."], why="no name under the title"),
    letter("lo-cat-doi", blocks=one(["VIỆN TRƯỞNG"], "Cao Bá Lộc"), signer="Cao Bá Lộc", splits=True, sure=False, paras=[0, 1, 2, 3, 4, 5, 6], page=2, extra=["Trân trọng cảm ơn.", "Văn bản này thay thế văn bản trước đây."],
           why="the page ends between title and name"),
    letter("lo-dau-trang", blocks=one(["VIỆN TRƯỞNG"], "Cao Bá Lộc"), signer="Cao Bá Lộc", header="Cao Bá Lộc", footer="Cao Bá Lộc", paras=[0, 1, 2, 3, 4, 5, 6], page=2,
           why="name in the header and footer of every page"),
    letter("lo-dang", parent="TỈNH ỦY LÂM HẢI", agency="VĂN PHÒNG", said="Văn phòng Tỉnh ủy", number="Số        -CV/VPTU", blocks=one(["K/T CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"], "Lâm Chí Hiếu"),
           signer="Lâm Chí Hiếu", paras=[0, 5], why="Party style: K/T"),
    letter("lo-quan-doi", parent="QUÂN KHU 12", agency="BỘ CHỈ HUY QUÂN SỰ TỈNH", said="Bộ Chỉ huy", number="Số:       /BCH-TM", blocks=one(["KT. CHỈ HUY TRƯỞNG", "PHÓ CHỈ HUY TRƯỞNG"], "Tạ Hùng Cường", rank="Đại tá"),
           signer="Tạ Hùng Cường", paras=[2, 4], why="rank on the same line before the name"),
    letter("lo-quan-doi-2", parent="QUÂN KHU 12", agency="BỘ CHỈ HUY QUÂN SỰ TỈNH", said="Bộ Chỉ huy", number="Số:       /BCH-TM", blocks=one(["KT. CHỈ HUY TRƯỞNG", "PHÓ CHỈ HUY TRƯỞNG"], "Tạ Hùng Cường", note="Đại tá"),
           signer="Tạ Hùng Cường", paras=[2, 4], why="rank under the title"),
    letter("lo-quyet-dinh", parent="TỈNH LÂM HẢI", agency="HỘI ĐỒNG NHÂN DÂN", said="Hội đồng nhân dân tỉnh", number="Số:        /NQ-HĐND", kind="NGHỊ QUYẾT", about="Về chính sách hỗ trợ chuyển đổi số",
           to=[], paras=["Điều 1. Ban hành chính sách hỗ trợ.", 0, "Điều 2. Tổ chức thực hiện", 5], blocks=one(["CHỦ TỊCH"], "Bế Văn Sáng"), signer="Bế Văn Sáng"),
]

WHO = ["- Họ và tên: Nông Thị Bích Diệp; Số CCCD: 020188000123; Ngày cấp: 12/4/2021; Nơi cấp: Cục Cảnh sát;", "- Chức vụ: Văn thư; Số điện thoại di động: 0900 000 000;",
       "- Địa chỉ tiếp nhận: số 1, phố Mẫu, phường Thử Nghiệm, tỉnh Lâm Hải."]
DOTS = ["- Họ và tên:.....Số CMND/CCCD/Hộ chiếu:.....Ngày cấp:.....Nơi cấp:.....", "- Chức vụ:.....Số điện thoại di động:.....Địa chỉ thư điện tử công vụ:.....",
        "- Địa chỉ tiếp nhận: <Chi tiết địa chỉ của cơ quan, tổ chức công tác>."]


def form(n, about, header, row, name, **more):
    filled = name is not None
    return letter(f"mau-0{n}-{'da-dien' if filled else 'trong'}", parent=A_PARENT if filled else "<CƠ QUAN CHỦ QUẢN>", about=about, landscape=n in (1, 3, 4),
                  agency="TRUNG TÂM LƯU TRỮ LỊCH SỬ" if filled else "<CƠ QUAN, TỔ CHỨC QUẢN LÝ TRỰC TIẾP>", number="Số:       /TTLT" if filled else "<Số, ký hiệu>",
                  place="Lâm Hải, ngày     tháng     năm 2026" if filled else "<Địa danh>, ngày ... tháng ... năm ...", to=["Sở Khoa học và Công nghệ tỉnh Lâm Hải."],
                  paras=["1. Thông tin người tiếp nhận chứng thư số (thiết bị lưu khóa bí mật):", *(WHO if filled else DOTS), "2. Số lượng và danh sách: 01, gồm:"],
                  rows=[header, row if filled else ["01"] + [" "] * (len(header) - 1)], recipients=["Như trên;", "Lưu: VT,..."],
                  blocks=one([HEAD], name, note=SEAL_NOTE), signer=name or "Nông Văn Toàn", sure=filled,
                  notes=["Ghi chú:", "- (1) Địa chỉ hộp thư điện tử công vụ do cơ quan có thẩm quyền cấp (không sử dụng gmail, yahoo, hotmail...).", "- (2) Tỉnh/Thành phố của cơ quan, tổ chức công tác."],
                  why=more.pop("why", "" if filled else "no name printed"), **more)


LETTERS += [
    form(1, "V/v đề nghị cấp chứng thư số cho cá nhân", ["TT", "Họ và tên", "Ngày sinh", "Số giấy tờ", "Email (1)", "Cơ quan", "Tỉnh (2)", "Chức vụ", "Di động"],
         ["01", "Nông Văn Toàn", "02/9/1979", "020079000001", "toannv@lamhai.example", "TT Lưu trữ", "Lâm Hải", "Giám đốc", "0900 000 001"], "Nông Văn Toàn", why="signer also a row of the table"),
    form(1, "V/v đề nghị cấp chứng thư số cho cá nhân", ["TT", "Họ và tên", "Ngày sinh", "Số giấy tờ", "Email (1)", "Cơ quan", "Tỉnh (2)", "Chức vụ", "Di động"], [], None),
    form(2, "V/v đề nghị cấp chứng thư số cho cơ quan, tổ chức", ["TT", "Tên cơ quan", "Địa chỉ", "Mã số thuế", "Tỉnh (1)", "Email (2)"], ["01", "TT Lưu trữ", "Số 1, phố Mẫu", "4900000001", "Lâm Hải", "ttlt@lamhai.example"], "Nông Văn Toàn"),
    form(3, "V/v đề nghị gia hạn, thay đổi nội dung thông tin chứng thư số", ["TT", "Tên chứng thư số (1)", "Số hiệu", "Email", "Di động (2)", "Gia hạn (6)", "Thay đổi (7)"], ["01", "Nông Văn Toàn", "2A05F812673607B0", "toannv@lamhai.example", "", "x", ""], "Nông Văn Toàn"),
    form(4, "V/v đề nghị thu hồi chứng thư số", ["TT", "Tên chứng thư số", "Giấy tờ (1)", "Email (4)", "Số hiệu chứng thư số", "Số hiệu thiết bị", "Lý do thu hồi"], [], None),
    form(5, "V/v đề nghị khôi phục thiết bị lưu khóa bí mật", ["TT", "Số hiệu thiết bị", "Tên chứng thư số", "Cơ quan", "Email"], ["01", "TK-000123", "Nông Văn Toàn", "TT Lưu trữ", "toannv@lamhai.example"], "Nông Văn Toàn"),
    letter("mau-06-da-dien", parent=A_PARENT, agency="TRUNG TÂM LƯU TRỮ LỊCH SỬ", number=None, kind="BIÊN BẢN", about="Xác nhận thất lạc thiết bị lưu khóa bí mật", to=[],
           place="Lâm Hải, ngày     tháng     năm 2026", paras=["I. Đại diện cơ quan, tổ chức quản lý trực tiếp", "Họ và tên: Nông Văn Toàn. Chức vụ: Giám đốc.", "II. Người quản lý thiết bị", "Họ và tên: Nông Thị Bích Diệp",
           "Tên chứng thư số: Nông Thị Bích Diệp", "Lý do: rơi mất khi đi công tác."], recipients=None, columns=2,
           blocks=[[block(["NGƯỜI QUẢN LÝ THIẾT BỊ"], "Nông Thị Bích Diệp", note="(Ký và ghi rõ họ tên)"), block(["NGƯỜI ĐỨNG ĐẦU CƠ QUAN, TỔ CHỨC"], "Nông Văn Toàn", note=SEAL_NOTE, printed="NGƯỜI ĐỨNG ĐẦU CƠ QUAN, TỔ / CHỨC")]],
           signer="Nông Thị Bích Diệp", other="Nông Văn Toàn", why="two signers"),
    form(7, "V/v đề nghị khôi phục thiết bị lưu khóa bí mật", ["TT", "Số hiệu thiết bị", "Tên chứng thư số", "Cơ quan", "Email"], [], None),

    # other producers; the file name begins with the producer
    letter("chromium-cong-van", producer="Chromium", blocks=one(["GIÁM ĐỐC"], "Nguyễn Minh Quân"), signer="NGUYEN MINH QUAN", sure=False, paras=[0, 1, 2], why="asked without accents: another name"),
    letter("chromium-chuong-trinh", producer="Chromium", parent=None, agency="SỞ TÀI CHÍNH -\nSỞ NỘI VỤ", kind="CHƯƠNG TRÌNH PHỐI HỢP", to=[], about="Về quản lý biên chế và quỹ lương", number="Số: ......./CTPH-STC-SNV",
           blocks=[[block(["SỞ TÀI CHÍNH", "GIÁM ĐỐC"], "Mai Thuý Vân"), block(["SỞ NỘI VỤ", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "Đặng Hữu Tài")]], columns=2, paras=[0, 3], signer="Mai Thúy Vân", other="Đặng Hữu Tài",
           why="two blocks, tone on the other vowel"),
    letter("chromium-ten-dem", producer="Chromium", blocks=one(["Q. GIÁM ĐỐC"], "Nguyễn H. Minh"), signer="Nguyễn H. Minh", paras=[0, 1], why="a middle initial with its point"),
    letter("chromium-nghiem-thu", producer="Chromium", kind="BIÊN BẢN NGHIỆM THU", about="Hệ thống quản lý thiết bị lưu khóa bí mật", to=[], number="Số:       /BBNT-SKHCN", recipients=None, columns=2, paras=[0, 2],
           blocks=[[block(["ĐƠN VỊ THI CÔNG"], "H’Nhi Niê Kđăm"), block(["TƯ VẤN GIÁM SÁT"], "Lò Văn Ín")]], signer="H’Nhi Niê Kđăm", other="Lò Văn Ín", why="titles of a works contract, a name with an apostrophe"),
    letter("chromium-phu-luc", producer="Chromium", blocks=one(KT_GD, "Hoàng Thị Thanh Thúy", spread=1), signer="Hoàng Thị Thanh Thúy", paras=[0, 1, 5], annex=[("Phụ lục", "THÀNH PHẦN THAM DỰ", [PEOPLE] + ROWS)],
           why="annex page after the block, name spread"),
    letter("chromium-bien-ban-ban-giao", producer="Chromium", kind="BIÊN BẢN BÀN GIAO", about="Thiết bị lưu khóa bí mật", to=[], number="Số:       /BBBG-SKHCN", recipients=None, columns=2,
           paras=["Bên giao (Bên A): ông Trần Quốc Bảo.", "Bên nhận (Bên B): bà Nông Thị Bích Diệp.", 2], rows=[["STT", "Số hiệu thiết bị", "Tình trạng"], ["1", "TK-000123", "Tốt"]],
           blocks=[[block(["ĐẠI DIỆN BÊN GIAO"], "Trần Quốc Bảo", note="(Ký, ghi rõ họ tên)"), block(["ĐẠI DIỆN BÊN NHẬN"], "Nông Thị Bích Diệp", note="(Ký, ghi rõ họ tên)")]], signer="Trần Quốc Bảo", other="Nông Thị Bích Diệp"),
    letter("weasyprint-ubnd", producer="WeasyPrint (pydyf)", parent="HUYỆN ĐẢO VÂN SA", agency="ỦY BAN NHÂN DÂN\nXÃ HÒN NGỌC", said="Ủy ban nhân dân xã", number="Số: ....../UBND-VP", blocks=one(UBND, "Đinh Thị Quỳnh Hoa"),
           signer="ĐINH THỊ QUỲNH HOA", paras=[0, 4], why="asked in capitals"),
    letter("wkhtmltopdf-tuq", producer="wkhtmltopdf (Qt)", blocks=one(["TUQ. GIÁM ĐỐC", "GIÁM ĐỐC TRUNG TÂM", "CHUYỂN ĐỔI SỐ"], "Hồ Quang Dũng"), signer="Hồ Quang Dũng", paras=[0, 4]),
    letter("cairo-cong-van", producer="Cairo/Pango", blocks=one(["CỤC TRƯỞNG"], "Lưu Gia Huy"), parent="BỘ MẪU", agency="CỤC THỬ NGHIỆM", said="Cục", number="Số:        /CTN-VP", signer="Lưu Gia Huy", paras=[0, 1]),
    letter("cairo-hai-ben", producer="Cairo/Pango", parent=None, agency="LIÊN TỊCH", kind="NGHỊ QUYẾT LIÊN TỊCH", about="Về phối hợp công tác", to=[], number="Số: ...../NQLT", columns=2,
           blocks=[[block(["TM. BAN THƯỜNG VỤ", "BÍ THƯ"], "Quách Tuấn Kiệt"), block(["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "Đinh Thị Quỳnh Hoa")]], signer="Quách Tuấn Kiệt", other="Đinh Thị Quỳnh Hoa", paras=[0, 3]),
    letter("xetex-cong-van", producer="XeTeX", blocks=one(KT_GD, "Hoàng Thị Thanh Thúy"), signer="Hoàng Thị Thanh Thúy", paras=[0, 1, 2]),
    letter("luatex-bo-truong", producer="LuaTeX", parent=None, agency="BỘ MẪU", said="Bộ", number="Số:       /BM-VP", blocks=one(["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], "Trịnh Xuân Mai"), signer="Trịnh Xuân Mai", paras=[0, 5]),
    letter("pdftex-cong-van", producer="pdfTeX", blocks=one(["GIÁM ĐỐC"], "Nguyễn Minh Quân"), signer="Nguyễn Minh Quân", paras=[0, 2]),
    letter("groff-cong-van", producer="groff", blocks=one(["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "Nguyễn Thị Hoà"), signer="Nguyễn Thị Hòa", paras=[0, 2]),
    letter("reportlab-cong-van", producer="ReportLab", blocks=one(["TỔNG CỤC TRƯỞNG"], "Kiều Anh Tú"), parent="BỘ MẪU", agency="TỔNG CỤC THỬ NGHIỆM", said="Tổng cục", signer="Kiều Anh Tú", paras=[0, 1]),
    letter("pdflib-cong-van", producer="pdf-lib", blocks=one(["CHÁNH ÁN"], "Ngô Bảo Trâm"), parent="TÒA ÁN NHÂN DÂN TỐI CAO", agency="TÒA ÁN NHÂN DÂN\nTỈNH LÂM HẢI", said="Tòa án", signer="Ngô Bảo Trâm", paras=[0, 4]),
    letter("pdfkit-cong-van", producer="PDFKit", blocks=one(["TRƯỞNG BAN"], "Thạch Sô Phi"), parent="TỈNH ỦY LÂM HẢI", agency="BAN DÂN VẬN", said="Ban", signer="Thạch Sô Phi", paras=[0, 4]),
    letter("jspdf-cong-van", producer="jsPDF", blocks=one(["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"], "Chu Thị Mận"), signer="Chu Thị Mận", paras=[0, 4]),
    letter("pdfapi2-cong-van", producer="PDF::API2 (Perl)", blocks=one(["VỤ TRƯỞNG"], "Giàng A Chớ"), signer="Giàng A Chớ", paras=[0, 4]),
    letter("pdfbox-cong-van", producer="Apache PDFBox", blocks=one(["TỔNG GIÁM ĐỐC"], "Triệu Mùi Pham"), signer="Triệu Mùi Pham", paras=[0, 4]),
    letter("itext-cong-van", producer="iText", blocks=one(["KIỂM SÁT VIÊN TRƯỞNG"], "Ninh Thế Vinh"), signer="Ninh Thế Vinh", paras=[2, 4]),
    letter("abiword-cong-van", producer="AbiWord", blocks=one(["GIÁM ĐỐC"], "Nguyễn Minh Quân"), signer="Nguyễn Minh Quân", paras=[0, 4]),
]

# (new file, from, producer, how): rewritten by another program
REWRITTEN = [
    ("gs-cong-van", "lo-kt-pho-giam-doc", "Ghostscript", "gs"),
    ("gs-chuong-trinh", "chromium-chuong-trinh", "Ghostscript", "gs"),
    ("qpdf-tuyen-tinh", "lo-phu-luc", "qpdf, linearized", "qpdf-linear"),
    ("qpdf-objstm", "lo-bien-ban", "qpdf, object streams", "qpdf-objstm"),
    ("qpdf-qdf", "lo-in-hoa", "qpdf, no compression", "qpdf-qdf"),
    ("mutool-clean", "lo-tm-ubnd-nfd", "mutool clean", "mutool"),
    ("pdftocairo-ba-ben", "lo-ba-ben", "pdftocairo (Cairo)", "pdftocairo"),
    ("pikepdf-xoay", "weasyprint-ubnd", "pikepdf, /Rotate 90 with rotated content", "rotate"),
    ("pikepdf-cropbox", "lo-gian-chu", "pikepdf, CropBox not at the origin, UserUnit 2", "crop"),
    ("cups-cong-van", "cairo-cong-van", "CUPS filters (pdftopdf)", "cups"),
    ("scan-anh", "lo-kt-pho-giam-doc", "Pillow, scan without text", "scan"),
]
