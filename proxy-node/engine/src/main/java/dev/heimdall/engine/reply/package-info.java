/**
 * The one gate that an answer passes on its way to its client: stages in a fixed order, each of
 * which may observe a piece, keep it for later or drop it; and the channel behind it ({@code
 * ClientOutput}). It knows neither clients nor protocols.
 */
package dev.heimdall.engine.reply;
