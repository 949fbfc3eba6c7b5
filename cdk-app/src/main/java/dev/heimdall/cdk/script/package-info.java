/** Functions that do in a deployment what CloudFormation has no resource for. */
package dev.heimdall.cdk.script;
