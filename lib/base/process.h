/*
 * process.h - which process this is, asked at every touch of a store and therefore cheaply.
 */
#ifndef CBI_BASE_PROCESS_H
#define CBI_BASE_PROCESS_H

#include <sys/types.h>

/*
 * As getpid, without a system call: the kernel wipes the page that remembers the answer whenever
 * the process is copied, however that is done. Any thread.
 */
pid_t cbi_process(void);

#endif
