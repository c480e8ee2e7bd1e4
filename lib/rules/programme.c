#include "rules/programme.h"

#include "base/limits.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct page {
    Cbank__V1__ProgrammePage *message;
    struct page *next;
};

struct cbi_programme {
    struct page *pages;
    struct page *last;
    Cbank__V1__ProgrammeTerms none;
    const Cbank__V1__ProgrammeTerms *terms;
    const Cbank__V1__Bucket **buckets;
    uint32_t *parents; /* rank of each bucket's parent */
    const Cbank__V1__ProgrammeCourse **courses;
    const Cbank__V1__Residency **residencies;
    const Cbank__V1__EntryPoint **points;
    uint32_t bucket_count, course_count, residency_count, point_count;
};

cbank_status cbi_programme_new(cbi_programme **out, cbank_error *err)
{
    return cbi_alloc(1, sizeof(**out), out, err);
}

void cbi_programme_free(cbi_programme *programme)
{
    if (programme == NULL)
        return;
    while (programme->pages != NULL) {
        struct page *page = programme->pages;

        programme->pages = page->next;
        cbi_message_free(page->message);
        cbi_free(page);
    }
    cbi_free(programme->buckets);
    cbi_free(programme->parents);
    cbi_free(programme->courses);
    cbi_free(programme->residencies);
    cbi_free(programme->points);
    cbi_free(programme);
}

cbank_status cbi_programme_add(cbi_programme *programme, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__ProgrammePage *message = NULL;
    struct page *page = NULL;

    CBI_TRY(cbi_message_parse(&cbank__v1__programme_page__descriptor, bytes, &message, err));
    CBI_TRY(cbi_alloc(1, sizeof(*page), &page, err));
    page->message = message;
    message = NULL;
    if (programme->last == NULL)
        programme->pages = page;
    else
        programme->last->next = page;
    programme->last = page;
done:
    cbi_message_free(message);
    return status;
}

static cbank_status collect(cbi_programme *programme, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t buckets = 0;
    size_t courses = 0;
    size_t residencies = 0;
    size_t points = 0;

    for (const struct page *page = programme->pages; page != NULL; page = page->next) {
        buckets += page->message->n_buckets;
        courses += page->message->n_courses;
        residencies += page->message->n_residency;
        points += page->message->n_entry_points;
        if (page->message->terms != NULL)
            programme->terms = page->message->terms;
    }
    if (buckets > CBI_BUCKETS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_BUCKETS_MAX, "buckets", NULL);
    CBI_TRY(cbi_alloc(buckets, sizeof(*programme->buckets), &programme->buckets, err));
    CBI_TRY(cbi_alloc(buckets, sizeof(*programme->parents), &programme->parents, err));
    CBI_TRY(cbi_alloc(courses, sizeof(*programme->courses), &programme->courses, err));
    CBI_TRY(cbi_alloc(residencies, sizeof(*programme->residencies), &programme->residencies, err));
    CBI_TRY(cbi_alloc(points, sizeof(*programme->points), &programme->points, err));
    for (const struct page *page = programme->pages; page != NULL; page = page->next) {
        for (size_t i = 0; i < page->message->n_buckets; i++)
            programme->buckets[programme->bucket_count++] = page->message->buckets[i];
        for (size_t i = 0; i < page->message->n_courses; i++)
            programme->courses[programme->course_count++] = page->message->courses[i];
        for (size_t i = 0; i < page->message->n_residency; i++)
            programme->residencies[programme->residency_count++] = page->message->residency[i];
        for (size_t i = 0; i < page->message->n_entry_points; i++)
            programme->points[programme->point_count++] = page->message->entry_points[i];
    }
done:
    return status;
}

static int compare_buckets(const void *left, const void *right)
{
    const Cbank__V1__Bucket *const *a = left;
    const Cbank__V1__Bucket *const *b = right;

    return strcmp((*a)->id, (*b)->id);
}

static int compare_courses(const void *left, const void *right)
{
    const Cbank__V1__ProgrammeCourse *const *a = left;
    const Cbank__V1__ProgrammeCourse *const *b = right;

    return strcmp((*a)->code, (*b)->code);
}

static cbank_status check(cbi_programme *programme, cbank_error *err)
{
    for (uint32_t i = 1; i < programme->course_count; i++)
        if (strcmp(programme->courses[i]->code, programme->courses[i - 1]->code) == 0)
            return cbi_fail(err, CBI_REASON_PROGRAMME_NAME, i, programme->courses[i]->code, NULL);
    for (uint32_t i = 0; i < programme->bucket_count; i++) {
        const Cbank__V1__Bucket *bucket = programme->buckets[i];

        if (bucket->id[0] == '\0' ||
            (i > 0 && strcmp(bucket->id, programme->buckets[i - 1]->id) == 0))
            return cbi_fail(err, CBI_REASON_PROGRAMME_NAME, i, bucket->id, NULL);
        programme->parents[i] = cbi_programme_find_bucket(programme, bucket->parent);
        if (bucket->parent[0] != '\0' && programme->parents[i] == UINT32_MAX)
            return cbi_fail(err, CBI_REASON_PROGRAMME_PARENT, i, bucket->id, "%s",
                            bucket->parent);
    }
    for (uint32_t i = 0; i < programme->bucket_count; i++) {
        uint32_t steps = 0;

        for (uint32_t at = i; at != UINT32_MAX; at = programme->parents[at])
            if (++steps > programme->bucket_count)
                return cbi_fail(err, CBI_REASON_PROGRAMME_PARENT, i, programme->buckets[i]->id,
                                "%s", programme->buckets[i]->parent);
    }
    return CBANK_OK;
}

cbank_status cbi_programme_finish(cbi_programme *programme, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbank__v1__programme_terms__init(&programme->none);
    programme->terms = &programme->none;
    CBI_TRY(collect(programme, err));
    qsort(programme->buckets, programme->bucket_count, sizeof(*programme->buckets),
          compare_buckets);
    qsort(programme->courses, programme->course_count, sizeof(*programme->courses),
          compare_courses);
    CBI_TRY(check(programme, err));
done:
    return status;
}

const Cbank__V1__ProgrammeTerms *cbi_programme_terms(const cbi_programme *programme)
{
    return programme->terms;
}

uint32_t cbi_programme_buckets(const cbi_programme *programme)
{
    return programme->bucket_count;
}

const Cbank__V1__Bucket *cbi_programme_bucket(const cbi_programme *programme, uint32_t rank)
{
    return programme->buckets[rank];
}

uint32_t cbi_programme_find_bucket(const cbi_programme *programme, const char *id)
{
    uint32_t low = 0;
    uint32_t high = programme->bucket_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(programme->buckets[middle]->id, id);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

bool cbi_programme_is_inside(const cbi_programme *programme, uint32_t rank, uint32_t ancestor)
{
    while (rank != UINT32_MAX && rank != ancestor)
        rank = programme->parents[rank];
    return rank == ancestor;
}

const Cbank__V1__ProgrammeCourse *cbi_programme_find_course(const cbi_programme *programme,
                                                            const char *code, uint32_t *position)
{
    uint32_t low = 0;
    uint32_t high = programme->course_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(programme->courses[middle]->code, code);

        if (order == 0) {
            *position = middle;
            return programme->courses[middle];
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

uint32_t cbi_programme_residencies(const cbi_programme *programme)
{
    return programme->residency_count;
}

const Cbank__V1__Residency *cbi_programme_residency(const cbi_programme *programme,
                                                    uint32_t index)
{
    return programme->residencies[index];
}

uint32_t cbi_programme_courses(const cbi_programme *programme)
{
    return programme->course_count;
}

const Cbank__V1__ProgrammeCourse *cbi_programme_course(const cbi_programme *programme,
                                                       uint32_t position)
{
    return programme->courses[position];
}

uint32_t cbi_programme_entry_points(const cbi_programme *programme)
{
    return programme->point_count;
}

const Cbank__V1__EntryPoint *cbi_programme_entry_point(const cbi_programme *programme,
                                                       uint32_t index)
{
    return programme->points[index];
}
