/**
 * {@code heimdall top}: what a node, or a manager of several, says of itself, as a screen of text
 * that is written anew every two seconds. It asks what anybody may ask and knows neither.
 */
package dev.heimdall.launcher.top;
