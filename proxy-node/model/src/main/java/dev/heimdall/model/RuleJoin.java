package dev.heimdall.model;

/** Combination of several expressions of one rule. */
public enum RuleJoin implements Spelled {
  /** Each of them has to match. */
  AND,
  /** One that matches is enough. */
  OR
}
