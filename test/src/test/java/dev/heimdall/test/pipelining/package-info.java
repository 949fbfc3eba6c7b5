/**
 * Statements of several clients in one server connection's pipeline: whose replies are whose, and
 * what errors, cancels, faults and operators do to neighbours. Tests of rules, pools and single
 * sessions belong elsewhere.
 */
package dev.heimdall.test.pipelining;
