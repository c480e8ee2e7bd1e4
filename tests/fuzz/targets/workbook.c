/* Workbooks and pages with tables, up to rows and cells. */
#include "exchange/grid.h"
#include "fuzz/fuzz.h"

static void pull(cbi_grid *grid, bool *ended)
{
    cbi_grid_step step = CBI_GRID_HEADER;
    cbi_grid_row row;

    while (!*ended && step != CBI_GRID_MORE && step != CBI_GRID_DONE) {
        if (cbi_grid_next(grid, &step, &row, NULL) != CBANK_OK)
            *ended = true;
        else if (step == CBI_GRID_ROW)
            for (size_t i = 0; i < row.count; ++i)
                fuzz_require(row.cells[i].size <= CBI_GRID_CELL_MAX &&
                                 row.cells[i].data[row.cells[i].size] == '\0',
                             "a cell is within its limit and ended");
    }
}

static void read_pieces(cbi_bytes input, size_t piece)
{
    const cbi_grid_options options = {.sheet = ""};
    cbi_grid *grid = NULL;
    bool ended = false;

    fuzz_require(cbi_grid_new(&options, &grid, NULL) == CBANK_OK, "the options are good");
    while (!ended && input.size > 0) {
        size_t size = piece < input.size ? piece : input.size;

        ended = cbi_grid_feed(grid, cbi_bytes_of(input.data, size), NULL) != CBANK_OK;
        input.data += size;
        input.size -= size;
        pull(grid, &ended);
    }
    if (!ended && cbi_grid_end(grid, NULL) == CBANK_OK)
        pull(grid, &ended);
    cbi_grid_free(grid);
}

void fuzz_workbook(cbi_bytes input)
{
    size_t piece = 1 + 16 * (size_t)fuzz_choose(&input, 256);

    read_pieces(input, piece);
}
