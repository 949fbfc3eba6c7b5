/**
 * Who may do what: one table of the actions each component needs, from which both the roles and the
 * policy files are made. A test holds it against the calls that the code makes.
 */
package dev.heimdall.cdk.iam;
