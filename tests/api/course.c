#include "course.h"

void course_make(course *out, const char *reference, int64_t milli)
{
    cbank__v1__credit_record__init(&out->record);
    cbank__v1__lang_text__init(&out->title);
    cbank__v1__amount__init(&out->amount);
    out->title.lang = scene_text("zh");
    out->title.value = scene_text("陶瓷工艺");
    out->titles[0] = &out->title;
    out->amount.unit = scene_text("credit");
    out->amount.milli = milli;
    out->amounts[0] = &out->amount;
    out->record.reference = scene_text(reference);
    out->record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    out->record.title = out->titles;
    out->record.n_title = 1;
    out->record.amounts = out->amounts;
    out->record.n_amounts = 1;
}
