/*
 * programme.h - a programme, ready to be asked: its buckets by rank, its courses by code.
 *
 * Built once and then only read, by any number of threads.
 */
#ifndef CBI_RULES_PROGRAMME_H
#define CBI_RULES_PROGRAMME_H

#include "wire/message.h"

#include "cbank/v1/programme.pb-c.h"

typedef struct cbi_programme cbi_programme;

cbank_status cbi_programme_new(cbi_programme **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_programme_free(cbi_programme *programme);

/* The bytes of a ProgrammePage. */
cbank_status cbi_programme_add(cbi_programme *programme, cbi_bytes page, cbank_error *err);
/* After the last page: INVALID if a bucket is named twice, has no such parent or lies within
 * itself, or if a course is named twice. */
cbank_status cbi_programme_finish(cbi_programme *programme, cbank_error *err);

/* Never NULL: empty terms if no page had any. */
const Cbank__V1__ProgrammeTerms *cbi_programme_terms(const cbi_programme *programme);
/* By rank: in the order of their ids. */
uint32_t cbi_programme_buckets(const cbi_programme *programme);
const Cbank__V1__Bucket *cbi_programme_bucket(const cbi_programme *programme, uint32_t rank);
/* UINT32_MAX if there is none of that id; the same for the programme itself, "". */
uint32_t cbi_programme_find_bucket(const cbi_programme *programme, const char *id);
/* True if the bucket is `ancestor` or lies within it. */
bool cbi_programme_is_inside(const cbi_programme *programme, uint32_t rank, uint32_t ancestor);
/* NULL if the programme has no such course; its position in the order of codes otherwise. */
const Cbank__V1__ProgrammeCourse *cbi_programme_find_course(const cbi_programme *programme,
                                                            const char *code, uint32_t *position);
/* In the order of their codes. */
uint32_t cbi_programme_courses(const cbi_programme *programme);
const Cbank__V1__ProgrammeCourse *cbi_programme_course(const cbi_programme *programme,
                                                       uint32_t position);
uint32_t cbi_programme_residencies(const cbi_programme *programme);
const Cbank__V1__Residency *cbi_programme_residency(const cbi_programme *programme,
                                                    uint32_t index);
uint32_t cbi_programme_entry_points(const cbi_programme *programme);
const Cbank__V1__EntryPoint *cbi_programme_entry_point(const cbi_programme *programme,
                                                       uint32_t index);

#endif
