/**
 * Common computations of nodes and managers, which must match: signatures of reports and of their
 * answers, and the fingerprint by which a configuration is recognised; and how both write their
 * logs. Nothing here sends or keeps anything.
 */
package dev.heimdall.model.report;
