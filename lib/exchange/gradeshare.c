#include "exchange/grades_part.h"

#include <string.h>

#include "base/memory.h"

/* Bytes of cells with which a share is full, however few its rows are. */
#define TEXT_MAX (256u * 1024)

struct cbi_grades_share {
    cbi_mapping turned; /* to the subject of the one row there is; of a wide file */
    cbank_buffer text;  /* of all cells, each with its zero byte */
    cbi_bytes *cells;   /* of all rows; they point into it once all have been taken */
    size_t cell_count, cell_room;
    size_t count, room;
    cbi_grades_hand *hands[]; /* NULL until the first row in this place */
};

/* ---- a row in somebody's hands ----------------------------------------------------------- */

cbank_status cbi_grades_hand_new(cbi_grades_hand **out, cbank_error *err)
{
    return cbi_alloc(1, sizeof(**out), out, err);
}

void cbi_grades_hand_free(cbi_grades_hand *hand)
{
    if (hand == NULL)
        return;
    cbi_draft_clear(&hand->draft);
    cbank_buffer_clear(&hand->content);
    cbi_free(hand);
}

void cbi_grades_hand_take(cbi_grades_hand *hand, const cbi_grades *grades,
                          const cbi_mapping *mapping)
{
    hand->grades = grades;
    hand->mapping = mapping;
    hand->turn = grades->turn;
    hand->damage = (cbi_damage){0};
    cbi_draft_init(&hand->draft, mapping, grades->options.institution,
                   grades->options.institution_name);
}

/* True for what is wrong with this row, false for what stops the work. */
static bool is_about_row(const cbank_error *why)
{
    return why->status / 100 == 2 && why->reason != CBI_REASON_TOO_MANY_ROWS;
}

bool cbi_grades_hand_stops(const cbi_grades_hand *hand, cbank_error *err)
{
    if (hand->status == CBANK_OK || is_about_row(&hand->row.why))
        return false;
    if (err != NULL)
        *err = hand->row.why;
    return true;
}

void cbi_grades_hand_draft(cbi_grades_hand *hand)
{
    cbi_row_draft *row = &hand->row;

    row->row_class = CBI_ROW_REJECTED;
    row->why = (cbank_error){0};
    row->again = false;
    hand->status = cbi_grades_judge(hand, &row->why);
    if (hand->status == CBANK_OK)
        row->row_class = CBI_ROW_READY;
    row->record = &hand->draft.record;
    row->holder = &hand->draft.holder;
    row->student = &hand->draft.student;
    row->name = hand->draft.name;
}

/* ---- a share ----------------------------------------------------------------------------- */

cbank_status cbi_grades_share_new(size_t rows, cbi_grades_share **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(**out) + rows * sizeof((*out)->hands[0]), out, err));
    (*out)->room = rows;
done:
    return status;
}

void cbi_grades_share_free(cbi_grades_share *share)
{
    if (share == NULL)
        return;
    for (size_t i = 0; i < share->room; i++)
        cbi_grades_hand_free(share->hands[i]);
    cbank_buffer_clear(&share->text);
    cbi_free(share->cells);
    cbi_free(share);
}

size_t cbi_grades_share_count(const cbi_grades_share *share)
{
    return share->count;
}

static cbank_status reserve_cells(cbi_grades_share *share, size_t count, cbank_error *err)
{
    size_t room = share->cell_room;
    cbi_bytes *cells = NULL;
    cbank_status status = CBANK_OK;

    while (room < share->cell_count + count)
        room += room / 2 + 64;
    if (room == share->cell_room)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(room, sizeof(*cells), &cells, err));
    if (share->cell_count > 0)
        memcpy(cells, share->cells, share->cell_count * sizeof(*cells));
    cbi_free(share->cells);
    share->cells = cells;
    share->cell_room = room;
done:
    return status;
}

/* Copies the row that the grid lends. */
static cbank_status put_row(cbi_grades *grades, cbi_grades_share *share, cbank_error *err)
{
    const cbi_grid_row *row = &grades->taken;
    bool wide = grades->mapping->turn_count > 0;
    cbi_grades_hand **hand = &share->hands[share->count];
    cbank_status status = CBANK_OK;
    size_t size = 0;

    if (*hand == NULL)
        CBI_TRY(cbi_grades_hand_new(hand, err));
    if (wide)
        share->turned = *grades->mapping;
    cbi_grades_hand_take(*hand, grades, wide ? &share->turned : grades->mapping);
    for (size_t i = 0; i < row->count; i++)
        size += row->cells[i].size + 1;
    CBI_TRY(cbi_buffer_reserve(&share->text, size, err));
    CBI_TRY(reserve_cells(share, row->count, err));
    for (size_t i = 0; i < row->count; i++) {
        const cbi_bytes cell = row->cells[i];

        if (cell.size > 0)
            memcpy(share->text.data + share->text.size, cell.data, cell.size);
        share->text.data[share->text.size + cell.size] = '\0';
        share->text.size += cell.size + 1;
        share->cells[share->cell_count++] = cbi_bytes_of(NULL, cell.size);
    }
    (*hand)->row.row = (cbi_grid_row){.number = row->number, .count = row->count};
    share->count++;
done:
    return status;
}

/* Texts and cells stay where they are from now on. */
static void point_rows(cbi_grades_share *share)
{
    const uint8_t *text = share->text.data;
    cbi_bytes *cell = share->cells;

    for (size_t i = 0; i < share->count; i++) {
        cbi_grid_row *row = &share->hands[i]->row.row;

        row->cells = cell;
        for (size_t j = 0; j < row->count; j++, cell++) {
            cell->data = text;
            text += cell->size + 1;
        }
    }
}

cbank_status cbi_grades_take(cbi_grades *grades, cbi_grades_share *share, cbi_grid_step *step,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    share->count = share->cell_count = 0;
    cbi_buffer_rewind(&share->text);
    do {
        CBI_TRY(cbi_grades_read(grades, step, err));
        if (*step == CBI_GRID_ROW)
            CBI_TRY(put_row(grades, share, err));
    } while (*step == CBI_GRID_ROW && share->count < share->room &&
             share->text.size < TEXT_MAX && grades->mapping->turn_count == 0);
done:
    point_rows(share);
    return status;
}

const cbi_row_draft *cbi_grades_draft(cbi_grades_share *share, size_t which)
{
    cbi_grades_hand_draft(share->hands[which]);
    return &share->hands[which]->row;
}

/* What a document number adds to what is known of its column. */
static void note_damage(cbi_damage *all, const cbi_damage *one)
{
    all->numbers += one->numbers;
    all->possible += one->possible;
    all->ruined += one->ruined;
    if (all->first == 0)
        all->first = one->first;
}

cbank_status cbi_grades_settle(cbi_grades *grades, cbi_grades_share *share, size_t which,
                               const cbi_row_draft **out, cbank_error *err)
{
    cbi_grades_hand *hand = share->hands[which];
    cbi_row_draft *row = &hand->row;

    grades->last = hand;
    note_damage(&grades->damage, &hand->damage);
    if (hand->status == CBANK_OK) {
        row->row_class = CBI_ROW_REJECTED;
        hand->status = cbi_grades_judge_reference(grades, hand, &row->why);
    }
    if (cbi_grades_hand_stops(hand, err))
        return hand->status;
    if (hand->status == CBANK_OK)
        row->row_class = CBI_ROW_READY;
    grades->counts.rows++;
    grades->counts.ready += row->row_class == CBI_ROW_READY;
    grades->counts.skipped += row->row_class == CBI_ROW_SKIPPED;
    grades->counts.rejected += row->row_class == CBI_ROW_REJECTED;
    *out = row;
    return CBANK_OK;
}
