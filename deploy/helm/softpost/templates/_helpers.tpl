{{- define "softpost.labels" -}}
app.kubernetes.io/name: softpost
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "softpost.image" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- define "softpost.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "softpost.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "softpost.environment" -}}
env:
  - name: SOFTPOST_DATABASE_URL
    valueFrom: { secretKeyRef: { name: {{ .Values.secrets.database }}, key: url } }
{{- with .Values.secrets.s3 }}
envFrom:
  - secretRef: { name: {{ . }} }
{{- end }}
{{- end }}

{{/* Kubernetes lets a group read what it mounts, and a key that others can read is refused: so the keys are copied. */}}
{{- define "softpost.keys" -}}
{{ include "softpost.image" . }}
command: [sh, -c, 'install -m 600 /secrets/*/* /keys/']
securityContext:
  {{- include "softpost.containerSecurity" . | nindent 2 }}
volumeMounts:
  - { name: signing-key, mountPath: /secrets/signing-key, readOnly: true }
  - { name: tls, mountPath: /secrets/tls, readOnly: true }
  - { name: keys, mountPath: /keys }
{{- end }}

{{- define "softpost.mounts" -}}
- { name: config, mountPath: /etc/softpost, readOnly: true }
- { name: keys, mountPath: /keys, readOnly: true }
- { name: models, mountPath: /models, readOnly: true }
- { name: public, mountPath: /public, readOnly: true }
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- end }}

{{- define "softpost.volumes" -}}
- { name: signing-key, secret: { secretName: {{ .Values.secrets.signingKey }} } }
- { name: tls, secret: { secretName: {{ .Values.secrets.tls }} } }
- { name: keys, emptyDir: { medium: Memory } }
- { name: models, persistentVolumeClaim: { claimName: {{ .Values.volumes.models }}, readOnly: true } }
- { name: public, persistentVolumeClaim: { claimName: {{ .Values.volumes.public }}, readOnly: true } }
- { name: tmp, emptyDir: {} }
{{- end }}
