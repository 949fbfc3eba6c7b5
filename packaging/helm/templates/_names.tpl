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

{{- define "heimdall.kinds" -}}
sources drivers vdbs rules users
{{- end }}

{{- define "heimdall.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "heimdall.name" .) }}
{{- end }}

{{- /* What a schema cannot see: one value beside another. */}}
{{- define "heimdall.checks" -}}
{{- $ports := list }}
{{- $names := list }}
{{- range .Values.ports }}
{{- if eq .name "http" }}
{{- fail "ports: http is the name of the HTTP endpoint's port, choose another one" }}
{{- end }}
{{- if has .name $names }}
{{- fail (printf "ports: two have the name %s" .name) }}
{{- end }}
{{- if eq (int .port) (int $.Values.httpPort) }}
{{- fail (printf "ports: %s has port %d, which is httpPort" .name (int .port)) }}
{{- end }}
{{- if has (int .port) $ports }}
{{- fail (printf "ports: two have port %d" (int .port)) }}
{{- end }}
{{- $ports = append $ports (int .port) }}
{{- $names = append $names .name }}
{{- end }}
{{- range $name, $vdb := .Values.configuration.documents.vdbs }}
{{- range $port := $vdb.ports }}
{{- if has (kindOf $port) (list "float64" "int64" "int") }}
{{- if not (has (int $port) $ports) }}
{{- fail (printf "ports: the virtual database %s listens on %d, which is not among them: nobody would reach it" $name (int $port)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $value := .Values.podLabels }}
{{- if has $key (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart") }}
{{- fail (printf "podLabels: %s is set by the chart, whose Service and Deployment select pods by their labels" $key) }}
{{- end }}
{{- end }}
{{- range $key := list "hdRole" "configDirectory" "configSource" "hdSecretKey" }}
{{- if hasKey $.Values.conf $key }}
{{- fail (printf "conf: %s would stand there twice, as the chart writes it by configuration" $key) }}
{{- end }}
{{- end }}
{{- range $key := list "hdRole" "configSource" "hdSecretKey" "managerAddress" "managerPort" "managerCertificate" "managerKey" "managerPasswordFile" }}
{{- if hasKey $.Values.manager.conf $key }}
{{- fail (printf "manager.conf: %s would stand there twice, or is not what the chart expects: it has values of its own" $key) }}
{{- end }}
{{- end }}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) }}
{{- fail "autoscaling: maxReplicas is less than minReplicas" }}
{{- end }}
{{- end }}
