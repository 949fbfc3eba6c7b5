/** What rule actions do besides the statement itself, at a real server. */
package dev.heimdall.test.action;
