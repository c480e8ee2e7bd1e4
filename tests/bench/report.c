#include "report.h"

#include <stdarg.h>
#include <stdio.h>

static bool as_json;
static bool all_met = true;
static unsigned count;

void report_begin(bool json)
{
    as_json = json;
    if (as_json)
        printf("{\"rows\": [");
    else
        printf("%-64s %14s  %-34s %8s %8s\n", "work", "cbank", "peer", "ratio", "target");
}

static void add_number(const char *name, double value, bool known)
{
    if (known)
        printf(", \"%s\": %.6g", name, value);
    else
        printf(", \"%s\": null", name);
}

void report_add(const report_row *row)
{
    bool compared = row->peer != NULL && row->peer_figure > 0;
    double reached = compared ? row->figure / row->peer_figure : row->figure;
    bool met = row->at_most ? reached <= row->target : reached >= row->target;
    bool judged = row->target > 0;

    all_met = all_met && (met || !judged);
    if (as_json) {
        printf("%s\n  {\"work\": \"%s\"", count++ > 0 ? "," : "", row->work);
        add_number("figure", row->figure, true);
        printf(", \"unit\": \"%s\"", row->unit);
        if (row->peer != NULL)
            printf(", \"peer\": \"%s\"", row->peer);
        else
            printf(", \"peer\": null");
        add_number("peer_figure", row->peer_figure, compared);
        add_number("ratio", reached, compared);
        add_number("target", row->target, judged);
        printf(", \"met\": %s}", !judged ? "null" : met ? "true" : "false");
    } else {
        char figure[48], peer[64] = "", ratio[32] = "", target[40] = "";

        snprintf(figure, sizeof(figure), "%.4g %s", row->figure, row->unit);
        if (row->peer != NULL)
            snprintf(peer, sizeof(peer), "%s %.4g", row->peer, row->peer_figure);
        if (compared)
            snprintf(ratio, sizeof(ratio), "%.2f", reached);
        if (judged)
            snprintf(target, sizeof(target), "%s%.4g %s", row->at_most ? "<=" : ">=", row->target,
                     met ? "met" : "MISSED");
        printf("%-64s %14s  %-34s %8s %8s\n", row->work, figure, peer, ratio, target);
    }
    fflush(stdout);
}

void report_say(const char *format, ...)
{
    va_list arguments;

    if (as_json)
        return;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

bool report_end(void)
{
    if (as_json)
        printf("\n], \"met\": %s}\n", all_met ? "true" : "false");
    return all_met;
}
