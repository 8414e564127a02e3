/* SPDX-License-Identifier: MIT
 *
 * What an answer says of who gives it, where it is not the one that was asked for. Pure.
 */
#ifndef PUSHBENCH_DOCTOR_ANSWER_H
#define PUSHBENCH_DOCTOR_ANSWER_H

#include "../../server/bytes.h"

enum { ANSWER_TEXT_LIMIT = 80 };

/* What a status mostly means, of whoever gave it; behind a colon. Static. */
const char *answer_meaning(int status);
/* The title of a page, or where it has none its beginning, fit to be printed and put into
 * JSON; empty: there is neither. */
void answer_title(struct slice body, char ret[ANSWER_TEXT_LIMIT]);
/* Makes what a stranger wrote fit to be printed and put into JSON: a terminal obeys control
 * characters. Writes '?' in the place of all but printable ASCII. */
void answer_tame(char *text);
/* Its Content-Type without parameters, "no type" where it has none; tamed. */
void answer_type(struct slice head, char ret[ANSWER_TEXT_LIMIT]);
/* The cursor in front of the newest message of a batch; empty: the body is none. */
void answer_place(struct slice body, char ret[ANSWER_TEXT_LIMIT]);

#endif
