#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTITUTION_LEARNERS 2000u
#define ROW_MAX 320
#define DAYS 7305u /* of twenty years */

const char *rows_order_name(rows_order order)
{
    static const char *const names[] = {"random", "institution-local", "roster"};

    return names[order];
}

/* splitmix64: any number from any number. */
static uint64_t scatter(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint32_t rows_learner(const rows *set, uint64_t record)
{
    uint64_t any = scatter(set->seed ^ record);
    uint32_t group = set->learners < INSTITUTION_LEARNERS ? set->learners : INSTITUTION_LEARNERS;
    uint64_t groups = set->learners / group;
    uint64_t learner = 0;

    switch (set->order) {
    case ROWS_RANDOM:
        learner = any % set->learners;
        break;
    case ROWS_LOCAL:
        learner = record / set->batch % groups * group + any % group;
        break;
    case ROWS_ROSTER:
        learner = record * set->learners / set->count;
        break;
    }
    return set->first + (uint32_t)learner;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && year % 4 == 0 && year != 1900);
}

void rows_number(uint32_t learner, char out[static ROWS_NUMBER_SIZE])
{
    static const unsigned char weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned day = learner % DAYS, year = 1880, month = 1, sum = 0;

    while (day >= days_of(year, month)) {
        day -= days_of(year, month);
        month = month % 12 + 1;
        year += month == 1;
    }
    snprintf(out, ROWS_NUMBER_SIZE, "360302%04u%02u%02u%03u", year % 10000, month % 100,
             (day + 1) % 100, (unsigned)(learner / DAYS + 1) % 1000);
    for (size_t i = 0; i < sizeof(weights); i++)
        sum += weights[i] * (unsigned)(out[i] - '0');
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

void rows_reference(const rows *set, uint64_t record, char out[static ROWS_REFERENCE_MAX])
{
    snprintf(out, ROWS_REFERENCE_MAX, "%llu-%012llu", (unsigned long long)set->seed,
             (unsigned long long)record);
}

bool rows_sheet(const rows *set, uint64_t from, uint64_t to, cbank_buffer *out)
{
    static const char header[] = "编号,姓名,证件号码,课程号,课程,班次,学年,学期,成绩,满分,学分\n";
    uint8_t *room = realloc(out->data, out->size + sizeof(header) + (to - from) * ROW_MAX);

    if (room == NULL)
        return false;
    out->data = room;
    out->capacity = out->size + sizeof(header) + (to - from) * ROW_MAX;
    memcpy(out->data + out->size, header, sizeof(header) - 1);
    out->size += sizeof(header) - 1;
    for (uint64_t record = from; record < to; record++) {
        char number[ROWS_NUMBER_SIZE], reference[ROWS_REFERENCE_MAX];
        unsigned course = (unsigned)(scatter(record) % 3000);

        rows_number(rows_learner(set, record), number);
        rows_reference(set, record, reference);
        out->size += (size_t)snprintf(
            (char *)out->data + out->size, out->capacity - out->size,
            "%s,学员甲,%s,TC%04u,陶瓷工艺与材料基础第%u单元,TC%04u-%u,2024-2025,%u,%u,100,%u.%u\n",
            reference, number, course, course, course, course % 7, course % 2 + 1,
            60 + course % 41, 1 + course % 4, course % 2 * 5);
    }
    return true;
}
