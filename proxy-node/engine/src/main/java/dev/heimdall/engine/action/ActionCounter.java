package dev.heimdall.engine.action;

/** What is counted of rule actions. */
public enum ActionCounter {
  /** Statements put into a queue. */
  ASYNC_ACCEPTED,
  /** Statements that were to be put off and were carried out at once instead. */
  ASYNC_RUN_NOW,
  /** Statements of queues that were carried out. */
  ASYNC_EXECUTED,
  /** Statements of queues that failed. */
  ASYNC_FAILED,
  /** Statements that were still in queues when the node stopped. */
  ASYNC_LOST,
  /** Triggers that were carried out. */
  TRIGGERS_RUN,
  /** Triggers that failed, or for which there was no room. */
  TRIGGERS_FAILED,
  /** Plans that were taken. */
  PLANS_TAKEN,
  /** Plans that could not be had. */
  PLANS_FAILED,
  /** Patterns that were learnt. */
  PATTERNS_LEARNT
}
