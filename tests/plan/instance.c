/* Records and programme of an instance. */
#include "reader.h"

#include <string.h>

static void read_courses(reader *r, Cbank__V1__ProgrammePage *page, const json_t *courses)
{
    const char *code;
    json_t *course;

    page->courses = reader_make(r, json_object_size(courses), sizeof(*page->courses));
    json_object_foreach((json_t *)(uintptr_t)courses, code, course) {
        Cbank__V1__ProgrammeCourse *out =
            MAKE(r, Cbank__V1__ProgrammeCourse, cbank__v1__programme_course__init);

        reader_keys(course, " credits buckets ", "course");
        out->code = (char *)(uintptr_t)code;
        out->amount_milli = reader_size(course, "credits");
        out->buckets =
            reader_texts(r, json_object_get(course, "buckets"), "buckets", &out->n_buckets);
        page->courses[page->n_courses++] = out;
    }
}

static void read_buckets(reader *r, Cbank__V1__ProgrammePage *page, const json_t *buckets)
{
    page->buckets = reader_make(r, json_array_size(buckets), sizeof(*page->buckets));
    for (size_t i = 0; i < json_array_size(buckets); i++) {
        const json_t *bucket = json_array_get(buckets, i);
        Cbank__V1__Bucket *out = MAKE(r, Cbank__V1__Bucket, cbank__v1__bucket__init);

        reader_keys(bucket, " id parent min max over ", "bucket");
        out->id = reader_text(bucket, "id");
        if (json_object_get(bucket, "parent") != NULL)
            out->parent = reader_text(bucket, "parent");
        out->min_milli = reader_number(bucket, "min", 0);
        out->max_milli = reader_number(bucket, "max", 0);
        out->over =
            reader_one_or(reader_overs, bucket, "over", CBANK__V1__CAP_OVER__CAP_OVER_REFUSE);
        page->buckets[page->n_buckets++] = out;
    }
}

static void read_programme(reader *r, const json_t *object)
{
    static char unit[] = "credit";
    Cbank__V1__ProgrammePage page;
    Cbank__V1__ProgrammeTerms terms;
    const json_t *residency = json_object_get(object, "residency");
    cbank_buffer bytes = {0};
    cbank_error err = {0};

    reader_keys(object, " id total max over buckets courses residency ", "programme");
    cbank__v1__programme_page__init(&page);
    cbank__v1__programme_terms__init(&terms);
    terms.unit = unit;
    terms.total_milli = reader_size(object, "total");
    terms.max_milli = reader_number(object, "max", 0);
    terms.over = reader_one_or(reader_overs, object, "over", CBANK__V1__CAP_OVER__CAP_OVER_REFUSE);
    page.terms = &terms;
    read_buckets(r, &page, json_object_get(object, "buckets"));
    read_courses(r, &page, json_object_get(object, "courses"));
    page.residency = reader_make(r, json_array_size(residency), sizeof(*page.residency));
    for (size_t i = 0; i < json_array_size(residency); i++) {
        const json_t *item = json_array_get(residency, i);
        Cbank__V1__Residency *out =
            MAKE(r, Cbank__V1__Residency, cbank__v1__residency__init);

        reader_keys(item, " id records min ", "residency");
        out->records = reader_selector(r, json_object_get(item, "records"));
        out->min_milli = reader_size(item, "min");
        page.residency[page.n_residency++] = out;
    }
    if (cbi_message_pack(&page, &bytes, &err) != CBANK_OK ||
        cbi_programme_new(&r->in->programme, &err) != CBANK_OK ||
        cbi_programme_add(r->in->programme, cbi_bytes_of_buffer(&bytes), &err) != CBANK_OK ||
        cbi_programme_finish(r->in->programme, &err) != CBANK_OK)
        instance_fail(cbi_reason_word((cbi_reason)err.reason), err.object);
    cbank_buffer_clear(&bytes);
}

static Cbank__V1__Grade *make_grade(reader *r, int64_t score)
{
    Cbank__V1__Grade *grade = MAKE(r, Cbank__V1__Grade, cbank__v1__grade__init);

    grade->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    grade->score_milli = score * 1000;
    return grade;
}

static void add_amount(reader *r, Cbank__V1__CreditRecord *record, char *unit,
                       int64_t milli)
{
    Cbank__V1__Amount *amount = MAKE(r, Cbank__V1__Amount, cbank__v1__amount__init);

    amount->unit = unit;
    amount->milli = milli;
    record->amounts[record->n_amounts++] = amount;
}

static void read_details(reader *r, Cbank__V1__CreditRecord *record, const json_t *object)
{
    static char scheme[] = "ISCED-F";
    const json_t *subs = json_object_get(object, "sub");
    const char *key;
    json_t *value;

    if (json_object_get(object, "grade") != NULL)
        record->grade = make_grade(r, reader_number(object, "grade", 0));
    if (json_object_get(object, "level") != NULL) {
        record->levels = reader_make(r, 1, sizeof(*record->levels));
        record->levels[0] = MAKE(r, Cbank__V1__Level, cbank__v1__level__init);
        record->levels[record->n_levels++]->level_milli = reader_number(object, "level", 0);
    }
    if (json_object_get(object, "field") != NULL) {
        record->classifications = reader_make(r, 1, sizeof(*record->classifications));
        record->classifications[0] = MAKE(r, Cbank__V1__Code, cbank__v1__code__init);
        record->classifications[0]->scheme = scheme;
        record->classifications[record->n_classifications++]->value = reader_text(object, "field");
    }
    record->components = reader_make(r, json_object_size(subs), sizeof(*record->components));
    json_object_foreach((json_t *)(uintptr_t)subs, key, value) {
        Cbank__V1__Component *part =
            MAKE(r, Cbank__V1__Component, cbank__v1__component__init);

        part->code = (char *)(uintptr_t)key;
        part->grade = make_grade(r, json_integer_value(value));
        record->components[record->n_components++] = part;
    }
}

static void read_record(reader *r, cbi_fact *fact, const json_t *object)
{
    static char credit[] = "credit";
    static char hour[] = "hour";
    Cbank__V1__CreditRecord *record =
        MAKE(r, Cbank__V1__CreditRecord, cbank__v1__credit_record__init);

    reader_keys(object,
               " id type institution code credits awarded hours grade level field sub ",
               "record");
    record->type = reader_type(r, reader_text(object, "type"));
    record->code = reader_text(object, "code");
    record->awarded_by = MAKE(r, Cbank__V1__Awarder, cbank__v1__awarder__init);
    record->awarded_by->institution = reader_text(object, "institution");
    record->amounts = reader_make(r, 2, sizeof(*record->amounts));
    add_amount(r, record, credit, reader_size(object, "credits"));
    if (json_object_get(object, "hours") != NULL)
        add_amount(r, record, hour, reader_size(object, "hours") * 1000);
    read_details(r, record, object);
    record->awarded_on = reader_day(object, "awarded");
    *fact = (cbi_fact){.id = reader_text(object, "id"),
                        .record = record,
                        .awarded_on = record->awarded_on};
}

void instance_read(instance *in, const json_t *document)
{
    reader r = {.in = in};
    const json_t *records = json_object_get(document, "records");

    reader_keys(document,
               " format name class seed as_of records rules groups caps programme answer ",
               "instance");
    if (strcmp(reader_text(document, "format"), "cbank-plan-instance/1") != 0)
        instance_fail("format", reader_text(document, "format"));
    in->as_of = reader_day(document, "as_of");
    in->fact_count = (uint32_t)json_array_size(records);
    in->facts = reader_make(&r, in->fact_count, sizeof(*in->facts));
    for (uint32_t i = 0; i < in->fact_count; i++)
        read_record(&r, &in->facts[i], json_array_get(records, i));
    read_programme(&r, json_object_get(document, "programme"));
    reader_rules(&r, document);
}

void instance_clear(instance *in)
{
    cbi_ruleset_free(in->ruleset);
    cbi_programme_free(in->programme);
    cbi_arena_clear(&in->arena);
    *in = (instance){0};
}
