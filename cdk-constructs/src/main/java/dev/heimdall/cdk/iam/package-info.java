/**
 * Permissions of each component: one table of the actions that each needs, from which both the
 * roles and the policy files are made. A test holds it against the calls that the code makes.
 */
package dev.heimdall.cdk.iam;
