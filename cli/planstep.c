#include "planstep.h"

#include "shape.h"
#include "values.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 512

static json_t *shape_record(const Cbank__V1__Plan *plan, uint32_t position)
{
    return position < plan->n_sources ? shape_hex(plan->sources[position]->record) : json_null();
}

static json_t *shape_step(const Cbank__V1__Plan *plan, const Cbank__V1__PlanStep *from)
{
    return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
                     shape_word(&cbank__v1__plan_step_kind__descriptor, (int)from->kind), "record",
                     shape_record(plan, from->source), "from", from->from, "to", from->to,
                     "from_value", shape_milli(from->from_milli), "from_label",
                     shape_text(from->from_label), "to_value", shape_milli(from->to_milli),
                     "to_label", shape_text(from->to_label), "method",
                     from->method == 0
                         ? json_null()
                         : shape_word(&cbank__v1__mapping_method__descriptor, (int)from->method));
}

json_t *planstep_list(const Cbank__V1__Plan *plan, Cbank__V1__PlanStep *const *steps, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, shape_step(plan, steps[i]));
    return list;
}

json_t *planstep_words(Cbank__V1__PlanStep *const *steps, size_t count)
{
    char text[WORDS_MAX] = "";

    for (size_t i = 0; i < count; i++) {
        char before[VALUE_MILLI_MAX], after[VALUE_MILLI_MAX];
        size_t used = strlen(text);

        value_format_milli(steps[i]->from_milli, before);
        value_format_milli(steps[i]->to_milli, after);
        snprintf(text + used, sizeof(text) - used, "%s%.64s %.30s > %.64s %.30s",
                 used == 0 ? "" : ", ", steps[i]->from,
                 steps[i]->from_label[0] == '\0' ? before : steps[i]->from_label, steps[i]->to,
                 steps[i]->to_label[0] == '\0' ? after : steps[i]->to_label);
    }
    return json_string(text);
}
