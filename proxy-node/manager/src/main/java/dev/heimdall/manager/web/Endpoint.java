package dev.heimdall.manager.web;

/** What all connections share. */
record Endpoint(
    Site site,
    OwnOrigin origin,
    Callers callers,
    Turns turns,
    BodyMemory bodies,
    AnswerMemory answers) {}
