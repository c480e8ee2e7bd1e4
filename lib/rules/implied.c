/* Rows that other rows keep anyhow. */
#include "rules/model.h"

#define COVER_MAX (1u << 22) /* terms looked at for that */

/* A row that others together keep, whatever is placed, need not be looked at. */
struct cover {
    const cbi_model *model;
    int64_t *left;    /* of each place: its term in the row at hand, until another row covers it */
    uint8_t *dropped; /* of each row */
    uint64_t work;
};

/* What the other row lets through of the places it shares with the row at hand; 0 if it shares
 * none, or counts less of one than that does. */
static int64_t cover_by(const struct cover *c, const cbi_row *other)
{
    bool shares = false;

    for (uint32_t i = other->first; i < other->first + other->count; i++) {
        const cbi_term *term = &c->model->terms[i];

        if (c->left[term->place] > term->fixed)
            return 0;
        shares |= c->left[term->place] > 0;
    }
    return shares ? other->limit : 0;
}

static int64_t sum_of_left(const struct cover *c, const cbi_row *row)
{
    int64_t sum = 0;

    for (uint32_t i = row->first; i < row->first + row->count; i++)
        sum += c->left[c->model->terms[i].place];
    return sum;
}

/* What other rows cover is taken off as long as that helps. */
static bool is_implied(struct cover *c, uint32_t index)
{
    const cbi_model *model = c->model;
    const cbi_row *row = &model->rows[index];
    int64_t through = 0;
    int64_t left;

    for (uint32_t i = row->first; i < row->first + row->count; i++)
        c->left[model->terms[i].place] = model->terms[i].fixed;
    left = sum_of_left(c, row);
    for (uint32_t k = 0; k < model->row_count && through <= row->limit; k++) {
        const cbi_row *other = &model->rows[k];
        int64_t limit;

        if (k == index || c->dropped[k] || other->records != row->records || other->falls ||
            other->cuts || other->limit > row->limit)
            continue;
        c->work += other->count;
        limit = cover_by(c, other);
        if (limit == 0)
            continue;
        for (uint32_t i = other->first; i < other->first + other->count; i++)
            c->left[model->terms[i].place] = 0;
        through += limit;
        left = sum_of_left(c, row);
        c->work += row->count;
    }
    for (uint32_t i = row->first; i < row->first + row->count; i++)
        c->left[model->terms[i].place] = 0;
    return through + left <= row->limit;
}

static void drop_rows(struct cover *c, cbi_model *model)
{
    uint32_t rows = 0;
    uint32_t terms = 0;

    for (uint32_t i = 0; i < model->row_count; i++) {
        cbi_row row = model->rows[i];

        if (c->dropped[i])
            continue;
        for (uint32_t k = 0; k < row.count; k++) {
            model->terms[terms + k] = model->terms[row.first + k];
            model->terms[terms + k].row = rows;
        }
        row.first = terms;
        terms += row.count;
        model->rows[rows++] = row;
    }
    model->row_count = rows;
    model->term_count = terms;
}

cbank_status cbi_model_drop_implied(cbi_arena *arena, cbi_model *model, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct cover c = {.model = model};

    CBI_TRY(cbi_arena_alloc(arena, model->problem->place_count, sizeof(*c.left), &c.left, err));
    CBI_TRY(cbi_arena_alloc(arena, model->row_count, 1, &c.dropped, err));
    for (uint32_t i = 0; i < model->row_count && c.work < COVER_MAX; i++)
        if (!model->rows[i].falls && !model->rows[i].cuts && model->rows[i].limit > 0)
            c.dropped[i] = is_implied(&c, i);
    drop_rows(&c, model);
done:
    return status;
}
