// SPDX-License-Identifier: MIT
//
// Kept: what a student's page knows of itself through a reload, for as long as its tab lasts, so that
// nobody is counted twice or predicts twice. Where storage is forbidden, a reload makes a new student.

const PLACE = "pushlab.student";

/** What keep() was given last in this tab, or {}. */
export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}

export function keep(object) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(object));
  } catch {
    // Then it lasts as long as the page.
  }
}
