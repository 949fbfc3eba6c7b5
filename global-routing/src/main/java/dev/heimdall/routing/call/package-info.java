/**
 * Single questions to services of AWS, signed and sent without the SDK's clients for them, some of
 * which are larger than all of the node ({@link dev.heimdall.routing.call.SignedCalls}). Whatever
 * keeps a question from being answered has a kind, the action's name and a sentence.
 */
package dev.heimdall.routing.call;
