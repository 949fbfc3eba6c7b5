/** Reasons for exceptions from a rule of cdk-nag. */
package dev.heimdall.cdk.nag;
