#include "exchange/sheet.h"

#include <stddef.h>
#include <string.h>

#include "record/field.h"

#define AT(field) offsetof(Cbank__V1__CreditRecord, field)
#define ROW(id, word, chinese, fills, kind, at, scheme)                                            \
    {CBI_SHEET_##id, word,   chinese,                                                              \
     fills,          kind,   at,                                                                   \
     scheme,         CBI_SHEET_FOR_GRADES | CBI_SHEET_FOR_AMENDMENTS}
/* Of a row as a whole, and not to be amended by itself. */
#define WHOLE(id, word, chinese, fills)                                                            \
    {CBI_SHEET_##id, word, chinese, fills, CBI_SHEET_BY_HAND, 0, NULL, CBI_SHEET_FOR_GRADES}
#define HAND(id, word, chinese, fills) ROW(id, word, chinese, fills, CBI_SHEET_BY_HAND, 0, NULL)
#define NUMBER(id, word, chinese, fills)                                                           \
    ROW(id, word, chinese, fills, CBI_SHEET_IS_NUMBER, 0, NULL)
#define TEXT(id, word, chinese, field)                                                             \
    ROW(id, word, chinese, #field, CBI_SHEET_IS_TEXT, AT(field), NULL)
#define DATE(id, word, chinese, field)                                                             \
    ROW(id, word, chinese, #field, CBI_SHEET_IS_DATE, AT(field), NULL)
/* A code as the institution writes it; only a scheme that is named can be compared elsewhere. */
#define CODE(id, word, chinese, field)                                                             \
    ROW(id, word, chinese, #field, CBI_SHEET_IS_CODE, AT(field), "local")
#define AMOUNT(id, word, chinese, unit)                                                            \
    ROW(id, word, chinese, "amounts", CBI_SHEET_IS_AMOUNT, 0, unit)
/* Of a person: in rosters, and those that say who it is in both kinds of file. */
#define HOLDER(id, word, chinese, use)                                                             \
    {CBI_SHEET_##id, word, chinese, "holder", CBI_SHEET_BY_HAND, 0, NULL, use}
#define WHO(id, word, chinese)                                                                     \
    HOLDER(id, word, chinese, CBI_SHEET_FOR_BOTH | CBI_SHEET_FOR_ENROLMENTS)
#define PERSON(id, word, chinese)                                                                  \
    HOLDER(id, word, chinese, CBI_SHEET_FOR_ROSTER | CBI_SHEET_FOR_ENROLMENTS)
/* Of an enrolment; what a record has too is there under the same word. */
#define STUDY(id, word, chinese)                                                                   \
    {CBI_SHEET_##id, word, chinese, "enrolment", CBI_SHEET_BY_HAND, 0, NULL,                       \
     CBI_SHEET_FOR_ENROLMENTS}
#define SHARED(id, word, chinese, kind, field)                                                     \
    {CBI_SHEET_##id,                                                                               \
     word,                                                                                         \
     chinese,                                                                                      \
     #field,                                                                                       \
     kind,                                                                                         \
     AT(field),                                                                                    \
     NULL,                                                                                         \
     CBI_SHEET_FOR_GRADES | CBI_SHEET_FOR_AMENDMENTS | CBI_SHEET_FOR_ENROLMENTS}

static const cbi_sheet_field fields[] = {
    WHO(NAME, "name", "姓名"),
    WHO(ID_TYPE, "id_type", "证件类型"),
    WHO(ID_NUMBER, "id_number", "证件号码"),
    WHO(STUDENT_NUMBER, "student_number", "学号"),
    SHARED(REFERENCE, "reference", "机构记录编号", CBI_SHEET_IS_TEXT, reference),
    HAND(TITLE, "title", "名称", "title"),
    HAND(TITLE_LANG, "title_lang", "名称的语言", "title"),
    HAND(TITLE_EN, "title_en", "英文名称", "title"),
    HAND(TYPE, "type", "成果类型", "type"),
    TEXT(CODE, "code", "课程号或证书代码", code),
    TEXT(CATALOGUE, "catalogue", "名录条目", catalogue),
    CODE(CATEGORY, "category", "成果类别", category),
    AMOUNT(CREDITS, "credits", "学分", "credit"),
    AMOUNT(HOURS, "hours", "学时", "hour"),
    AMOUNT(POINTS, "points", "积分", "point"),
    AMOUNT(AMOUNT, "amount", "其他单位的数量，写作 amount:单位", NULL),
    HAND(OUTCOME, "outcome", "结果", "grade"),
    NUMBER(SCORE, "score", "分数", "grade"),
    NUMBER(SCORE_MAX, "score_max", "满分", "grade"),
    HAND(GRADE, "grade", "等级成绩", "grade"),
    HAND(SCALE, "scale", "成绩制", "grade"),
    NUMBER(GRADE_POINT, "grade_point", "绩点", "grade"),
    HAND(POINT_SCALE, "point_scale", "绩点制", "grade"),
    TEXT(SCHOOL_YEAR, "school_year", "学年", school_year),
    CODE(TERM, "term", "学期", term),
    SHARED(STARTED, "started", "开始日期", CBI_SHEET_IS_DATE, started_on),
    DATE(ENDED, "ended", "结束日期", ended_on),
    DATE(ASSESSED, "assessed", "考试日期", assessed_on),
    DATE(AWARDED, "awarded", "获得日期", awarded_on),
    DATE(EXPIRES, "expires", "有效期至", expires_on),
    HAND(CERTIFICATE_NUMBER, "certificate_number", "证书编号", "certificate"),
    HAND(FRAMEWORK, "framework", "资历框架", "levels"),
    NUMBER(LEVEL, "level", "资历级别", "levels"),
    HAND(FIELD, "field", "学科（ISCED-F 2013）", "classifications"),
    CODE(ATTEMPT, "attempt", "考试性质", attempt),
    CODE(NATURE, "nature", "课程性质", nature),
    CODE(ASSESSMENT, "assessment", "考试方式", assessment),
    CODE(MODE, "mode", "学习形式", mode),
    TEXT(LANGUAGE, "language", "授课语言", language),
    WHOLE(UNIT, "unit", "开课单位", "awarded_by"),
    TEXT(OFFERING, "offering", "班次", offering),
    TEXT(COUNT_GROUP, "count_group", "计入组", count_group),
    TEXT(ROLE, "role", "角色", role),
    WHOLE(RESULT, "result", "成绩：分数或等级", "grade"),
    HAND(YEAR_TERM, "year_term", "学年学期，例如 2024-2025-1", "school_year"),
    CODE(EDUCATION_LEVEL, "education_level", "教育层次", education_level),
    CODE(EDUCATION_CATEGORY, "education_category", "教育类别", education_category),
    HAND(MAJOR, "major", "专业", "classifications"),
    HAND(ASSURANCE, "assurance", "核验方式", "assurance"),
    PERSON(SEX, "sex", "性别"),
    PERSON(BORN, "born", "出生日期"),
    PERSON(PHONE, "phone", "电话"),
    PERSON(FAMILY_PHONE, "family_phone", "家属电话"),
    PERSON(FROM, "from", "学号自何日起"),
    PERSON(UNTIL, "until", "学号至何日止"),
    {CBI_SHEET_RECORD, "id", "记录编号", "record", CBI_SHEET_BY_HAND, 0, NULL,
     CBI_SHEET_FOR_AMENDMENTS},
    STUDY(PROGRAMME, "programme", "培养方案"),
    STUDY(COHORT, "cohort", "年级"),
    STUDY(STAGE, "stage", "阶段"),
    STUDY(STUDY_LEVEL, "study_level", "培养层次"),
    STUDY(STUDY_FORM, "study_form", "学习形式"),
    STUDY(STUDY_STATUS, "study_status", "学籍状态"),
    STUDY(PLANNED_END, "planned_end", "预计毕业日期"),
    STUDY(CALENDAR, "calendar", "校历"),
    STUDY(DOCUMENT, "document", "文号"),
    STUDY(SINCE, "since", "异动日期"),
    STUDY(CHANGE_KIND, "change_kind", "异动类别"),
};

/* What the cells of `type` may hold. */
static const struct {
    const char *word;
    const char *chinese;
    Cbank__V1__RecordType type;
} types[] = {
    {"course", "课程", CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE},
    {"certificate", "证书", CBANK__V1__RECORD_TYPE__RECORD_TYPE_CERTIFICATE},
    {"training", "培训", CBANK__V1__RECORD_TYPE__RECORD_TYPE_TRAINING},
    {"contest", "竞赛", CBANK__V1__RECORD_TYPE__RECORD_TYPE_CONTEST},
    {"work", "工作经历", CBANK__V1__RECORD_TYPE__RECORD_TYPE_WORK},
    {"community", "社区学习", CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY},
    {"qualification", "资格", CBANK__V1__RECORD_TYPE__RECORD_TYPE_QUALIFICATION},
    {"exam", "考试", CBANK__V1__RECORD_TYPE__RECORD_TYPE_EXAM},
    {"practice", "实践", CBANK__V1__RECORD_TYPE__RECORD_TYPE_PRACTICE},
    {"achievement", "成果", CBANK__V1__RECORD_TYPE__RECORD_TYPE_ACHIEVEMENT},
};

/* What the cells of `assurance` may hold: how an office knows of what it did not award itself. */
static const struct {
    const char *word;
    const char *chinese;
    Cbank__V1__Assurance assurance;
} assurances[] = {
    {"stated", "仅有复印件", CBANK__V1__ASSURANCE__ASSURANCE_STATED},
    {"document_seen", "已核原件", CBANK__V1__ASSURANCE__ASSURANCE_DOCUMENT_SEEN},
    {"issuer_vouched", "颁发机构确认", CBANK__V1__ASSURANCE__ASSURANCE_ISSUER_VOUCHED},
    {"authority_checked", "已查登记", CBANK__V1__ASSURANCE__ASSURANCE_AUTHORITY_CHECKED},
};

const cbi_sheet_field *cbi_sheet_fields(size_t *count)
{
    *count = sizeof(fields) / sizeof(fields[0]);
    return fields;
}

const cbi_sheet_field *cbi_sheet_find(cbi_bytes word)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (cbi_bytes_equal(cbi_bytes_of_text(fields[i].word), word))
            return &fields[i];
    }
    return NULL;
}

bool cbi_sheet_is_word(cbi_bytes word, cbi_sheet_use use)
{
    static const char amount[] = "amount:";
    const size_t size = sizeof(amount) - 1;
    const cbi_sheet_field *field = cbi_sheet_find(word);

    if (word.size > size && memcmp(word.data, amount, size) == 0)
        return use != CBI_SHEET_FOR_ROSTER &&
               cbi_field_is_word(cbi_bytes_of(word.data + size, word.size - size));
    return field != NULL && field->id != CBI_SHEET_AMOUNT && (field->use & use) != 0;
}

bool cbi_sheet_type(cbi_bytes word, Cbank__V1__RecordType *out)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (cbi_bytes_equal(cbi_bytes_of_text(types[i].word), word) ||
            cbi_bytes_equal(cbi_bytes_of_text(types[i].chinese), word)) {
            *out = types[i].type;
            return true;
        }
    }
    return false;
}

const char *cbi_sheet_type_word(Cbank__V1__RecordType type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].type == type)
            return types[i].word;
    }
    return NULL;
}

bool cbi_sheet_assurance(cbi_bytes word, Cbank__V1__Assurance *out)
{
    for (size_t i = 0; i < sizeof(assurances) / sizeof(assurances[0]); i++) {
        if (cbi_bytes_equal(cbi_bytes_of_text(assurances[i].word), word) ||
            cbi_bytes_equal(cbi_bytes_of_text(assurances[i].chinese), word)) {
            *out = assurances[i].assurance;
            return true;
        }
    }
    return false;
}

const char *cbi_sheet_assurance_word(Cbank__V1__Assurance assurance)
{
    for (size_t i = 0; i < sizeof(assurances) / sizeof(assurances[0]); i++) {
        if (assurances[i].assurance == assurance)
            return assurances[i].word;
    }
    return NULL;
}
