package dev.heimdall.cdk.template;

import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.documents.DocumentStores;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The bucket, the key and the secrets. */
final class DocumentsTemplate extends Stack {
  DocumentsTemplate(Construct scope) {
    super(
        scope,
        "heimdall-documents",
        PlainTemplates.properties(
            "Heimdall: where configuration and secrets lie; it outlives its stack"));
    Parameters ask = new Parameters(this);
    ask.heading("Documents");
    String fleet = PlainTemplates.fleetName(ask);
    ask.describe();
    new DocumentStores(
        this,
        "Default",
        fleet,
        new Documents(
            DocumentPlace.SECRET,
            "config",
            Optional.empty(),
            false,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of()),
        Optional.empty(),
        DocumentStores.PushKeys.ALONE,
        DocumentStores.Copies.NONE,
        Optional.empty());
  }
}
