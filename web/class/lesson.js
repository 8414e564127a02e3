// SPDX-License-Identifier: MIT
//
// Lesson: what the class is at, as the teacher's page publishes it to class.control. Every message
// is the whole of it, so who comes late reads the last one. Questions are about transports, and the
// class's own figures answer them.

const TOPICS = "class.";
export const CONTROL = TOPICS + "control";
export const REPORTS = TOPICS + "reports";
export const PREDICTIONS = TOPICS + "predictions";
export const FEED = TOPICS + "feed";

export const FIRST = {
  reset: 0,
  rate: 1, // messages a second
  payload: 50, // bytes of each
  muted: false, // the chat
  transport: "all", // what students read over
  line: "", // what stands in the door that they read through, one of THINGS; "": they need none
  door: 0, // its port
  question: 0, // the how-manieth; 0: none
  asks: "", // its name, one of QUESTIONS
  answer: "", // the transport that it was, once it is told
};

/** What each question looks at, in a row of Tally; the least or the most of it is the answer. */
export const QUESTIONS = {
  first: { figure: (row) => row.delays.quantile(0.5), best: Math.min },
  last: { figure: (row) => row.delays.quantile(0.5), best: Math.max },
  requests: { figure: (row) => row.requests / row.delays.count, best: Math.max },
  bytes: { figure: (row) => row.bytes / row.delays.count, best: Math.min },
};

/** FIRST with what a message says; null when it is none of ours. */
export function lessonOf(data) {
  if (typeof data !== "object" || data === null) return null;
  const lesson = { ...FIRST };
  for (const [name, standard] of Object.entries(FIRST)) {
    if (typeof data[name] === typeof standard) lesson[name] = data[name];
  }
  return lesson;
}

/** The transport that answers the question by these rows, "" while there are not two to compare. */
export function answerOf(asks, rows) {
  const { figure, best } = QUESTIONS[asks];
  const figures = [...rows].filter(([, row]) => row.delays.count > 0).map(([name, row]) => [name, figure(row)]);
  if (figures.length < 2) return "";
  const extreme = best(...figures.map(([, value]) => value));
  return figures.find(([, value]) => value === extreme)[0];
}
