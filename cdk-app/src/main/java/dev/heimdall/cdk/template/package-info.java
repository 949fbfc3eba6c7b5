/**
 * The templates for those who do not use CDK: the same constructs with parameters in place of the
 * configuration file, written into {@code templates}.
 */
package dev.heimdall.cdk.template;
