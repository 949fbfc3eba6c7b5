/** Values that may stand for what only CloudFormation knows. */
package dev.heimdall.cdk.values;
