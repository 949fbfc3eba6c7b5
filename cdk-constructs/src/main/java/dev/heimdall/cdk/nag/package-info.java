/** Why a rule of cdk-nag is not followed somewhere. */
package dev.heimdall.cdk.nag;
