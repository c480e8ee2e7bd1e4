#include "progress.h"

#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUIET_SECONDS 1.0
#define DRAW_SECONDS 0.1
#define CELLS 24

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void progress_begin(const cli *c, progress *bar)
{
    *bar = (progress){.wanted = isatty(STDERR_FILENO) && !c->quiet && !c->json, .began = now()};
}

static void draw_cells(uint64_t done, uint64_t total)
{
    unsigned filled = done >= total ? CELLS : (unsigned)(done * CELLS / total);

    fputc('[', stderr);
    for (unsigned i = 0; i < CELLS; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %3u%%  ", done >= total ? 100 : (unsigned)(done * 100 / total));
}

/* A stage has its own words: "institution" means another thing elsewhere. */
static void draw_stage(const char *stage)
{
    char word[48];
    const char *text;

    snprintf(word, sizeof(word), "stage_%s", stage);
    text = phrase_word(word);
    text_write(stderr, text == word ? stage : text);
}

static void draw_left(double seconds)
{
    unsigned left = (unsigned)seconds + 1;

    fprintf(stderr, "  %s %u:%02u", phrase_text(P_TIME_LEFT), left / 60, left % 60);
}

/* "3.4/8.0 MB", or without the whole where it is not known. */
static void draw_bytes(const progress *bar)
{
    fprintf(stderr, "  %.1f", (double)bar->fed / 1e6);
    if (bar->size > 0)
        fprintf(stderr, "/%.1f", (double)bar->size / 1e6);
    fputs(" MB", stderr);
}

/* `seconds` since the stage began. */
static void draw(const progress *bar, uint64_t done, uint64_t total, double seconds)
{
    double rate = seconds > 0 ? (double)(done - bar->stage_done) / seconds : 0;
    bool feeding = total == 0 && bar->fed > 0 && !bar->fed_all;

    fputs("\r\033[K", stderr);
    draw_stage(bar->stage);
    fputs("  ", stderr);
    if (total > 0)
        draw_cells(done, total);
    else if (feeding && bar->size > 0)
        draw_cells(bar->fed, bar->size);
    fprintf(stderr, "%llu", (unsigned long long)done);
    if (total > 0)
        fprintf(stderr, "/%llu", (unsigned long long)total);
    if (rate >= 1)
        fprintf(stderr, "  %.0f/s", rate);
    if (feeding)
        draw_bytes(bar);
    if (rate > 0 && total > done)
        draw_left((double)(total - done) / rate);
    else if (feeding && bar->size > bar->fed && seconds > 0)
        draw_left((double)(bar->size - bar->fed) * seconds / (double)bar->fed);
    fflush(stderr);
}

void progress_feed(progress *bar, uint64_t fed)
{
    bar->fed += fed;
    bar->fed_all = fed == 0;
}

void progress_show(progress *bar, const char *stage, uint64_t done, uint64_t total)
{
    double time = now();

    if (!bar->wanted)
        return;
    if (strcmp(bar->stage, stage) != 0) {
        snprintf(bar->stage, sizeof(bar->stage), "%s", stage);
        bar->stage_began = time;
        bar->stage_done = done;
    }
    if (time - bar->began < QUIET_SECONDS || time - bar->drawn < DRAW_SECONDS)
        return;
    bar->drawn = time;
    bar->shown = true;
    draw(bar, done, total, time - bar->stage_began);
}

void progress_end(progress *bar)
{
    if (bar->shown)
        fputs("\r\033[K", stderr);
    bar->shown = false;
}
