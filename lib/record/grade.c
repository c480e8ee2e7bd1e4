#include "record/grade.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "record/field.h"

#define GRADE_KIND(name) CBANK__V1__GRADE_KIND__GRADE_KIND_##name

static cbank_status refuse(const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_GRADE_INCOHERENT, 0, "grade", "%s", detail);
}

static cbank_status check_point(const Cbank__V1__Grade *grade, cbank_error *err)
{
    if (grade->point_milli < 0 || grade->point_milli > CBI_MILLI_MAX)
        return refuse("point_milli", err);
    if (grade->point_milli > 0 && cbi_message_text(grade->point_scale).size == 0)
        return refuse("point_scale", err);
    return CBANK_OK;
}

cbank_status cbi_grade_check(const Cbank__V1__Grade *grade, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool scored;
    bool labelled;

    if (grade == NULL)
        return CBANK_OK;
    scored = grade->score_milli != 0 || grade->max_milli != 0;
    labelled = cbi_message_text(grade->label).size > 0;
    switch (grade->kind) {
    case GRADE_KIND(SCORE):
        if (grade->max_milli <= 0 || grade->max_milli > CBI_MILLI_MAX)
            return refuse("max_milli", err);
        if (grade->score_milli < 0 || grade->score_milli > grade->max_milli)
            return refuse("score_milli", err);
        break;
    case GRADE_KIND(LABEL):
        CBI_TRY(cbi_field_text("grade", grade->label, CBI_TEXT_MAX, err));
        if (scored)
            return refuse("score_milli", err);
        break;
    case GRADE_KIND(OUTCOME):
        if (grade->outcome == CBANK__V1__OUTCOME__OUTCOME_UNSPECIFIED)
            return refuse("outcome", err);
        if (scored || labelled)
            return refuse(scored ? "score_milli" : "label", err);
        break;
    default:
        return refuse("kind", err);
    }
    CBI_TRY(check_point(grade, err));
done:
    return status;
}
