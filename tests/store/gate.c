/* The gate lets transactions in, and can be shut once none is inside. */
#include "place.h"

#include <pthread.h>
#include <unistd.h>

#include "store/gate.h"

typedef struct visitor {
    cbi_gate gate;
    volatile bool entered;
} visitor;

static void *visit(void *argument)
{
    visitor *self = argument;

    cbi_gate_enter(&self->gate);
    self->entered = true;
    cbi_gate_leave(&self->gate);
    return NULL;
}

Test(gate, it_shuts_when_nobody_is_inside_and_keeps_others_out_until_it_opens)
{
    visitor self = {.entered = false};
    pthread_t thread;

    cr_assert_eq(cbi_gate_init(&self.gate, NULL), CBANK_OK);
    cr_assert(cbi_gate_shut(&self.gate, 10));
    cr_assert_eq(pthread_create(&thread, NULL, visit, &self), 0);
    usleep(30000);
    cr_assert_not(self.entered);
    cbi_gate_open(&self.gate);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert(self.entered);
    cbi_gate_clear(&self.gate);
}

Test(gate, it_gives_up_when_somebody_stays_inside)
{
    cbi_gate gate;

    cr_assert_eq(cbi_gate_init(&gate, NULL), CBANK_OK);
    cbi_gate_enter(&gate);
    cr_assert_not(cbi_gate_shut(&gate, 20));
    cbi_gate_enter(&gate);
    cbi_gate_leave(&gate);
    cbi_gate_leave(&gate);
    cr_assert(cbi_gate_shut(&gate, 20));
    cbi_gate_open(&gate);
    cbi_gate_clear(&gate);
}
