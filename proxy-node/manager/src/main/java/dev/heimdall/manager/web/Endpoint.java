package dev.heimdall.manager.web;

/** State that all connections share. */
record Endpoint(
    Site site,
    OwnOrigin origin,
    Callers callers,
    Turns turns,
    Turns reportTurns,
    BodyMemory bodies,
    AnswerMemory answers) {
  /** Those of requests for a path. */
  Turns turns(String path) {
    return site.isReport(path) ? reportTurns : turns;
  }
}
