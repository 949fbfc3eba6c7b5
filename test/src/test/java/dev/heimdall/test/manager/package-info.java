/**
 * The manager as processes of its own: what its HTTP endpoint promises, over each kind of store and
 * with several of them, and what a node beside it notices of that.
 */
package dev.heimdall.test.manager;
