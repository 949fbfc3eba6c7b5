{{- define "heimdall.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "heimdall.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "heimdall.labels" -}}
{{ include "heimdall.selector" . }}
{{ include "heimdall.ofRelease" . }}
{{- end }}

{{- define "heimdall.ofRelease" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "heimdall.managerSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-manager
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "heimdall.managerLabels" -}}
{{ include "heimdall.managerSelector" . }}
{{ include "heimdall.ofRelease" . }}
{{- end }}

{{- define "heimdall.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "heimdall.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* Which of the four ways the configuration comes: exactly one. */}}
{{- define "heimdall.way" -}}
{{- $c := .Values.configuration }}
{{- $ways := list }}
{{- if $c.documents }}{{ $ways = append $ways "documents" }}{{ end }}
{{- if $c.existingSecret.name }}{{ $ways = append $ways "existingSecret" }}{{ end }}
{{- if $c.source }}{{ $ways = append $ways "source" }}{{ end }}
{{- if $c.secretKey }}{{ $ways = append $ways "secretKey" }}{{ end }}
{{- if ne (len $ways) 1 }}
{{- fail (printf "configuration: one of documents, existingSecret.name, source and secretKey is needed, there are %d: %s" (len $ways) (join ", " $ways)) }}
{{- end }}
{{- first $ways }}
{{- end }}

{{- define "heimdall.secret" -}}
{{- if eq (include "heimdall.way" .) "existingSecret" }}{{ .Values.configuration.existingSecret.name }}{{ else }}{{ include "heimdall.name" . }}{{ end }}
{{- end }}
