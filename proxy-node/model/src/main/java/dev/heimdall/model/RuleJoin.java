package dev.heimdall.model;

/** How several expressions of one rule go together. */
public enum RuleJoin implements Spelled {
  /** Each of them has to match. */
  AND,
  /** One that matches is enough. */
  OR
}
