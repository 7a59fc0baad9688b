{{- define "sealwright.labels" -}}
app.kubernetes.io/name: sealwright
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "sealwright.selector" -}}
app.kubernetes.io/name: sealwright
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* What every pod is: nobody's, with a root that is not written. */}}
{{- define "sealwright.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: data
    emptyDir: {sizeLimit: {{ .Values.disk.data }}}
  - name: tmp
    emptyDir: {sizeLimit: {{ .Values.disk.tmp }}}
{{- end }}

{{- define "sealwright.container" -}}
image: "{{ .Values.image.repository }}@{{ .Values.image.digest }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: data, mountPath: /var/lib/sealwright}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "sealwright.pulse" -}}
exec:
  command: [sh, -c, 'test -n "$(find "$SEALWRIGHT_PULSE_FILE" -newermt "-30 seconds")"']
{{- end }}
