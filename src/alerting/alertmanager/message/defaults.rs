//! The templates that Alertmanager has by itself, written anew with the same effect.

use super::super::Release;

/// What both releases have for what is spoken here.
const BOTH: &str = r##"
{{- define "__alertmanager" }}Alertmanager{{ end -}}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end -}}
{{- define "__description" }}{{ end -}}
{{- define "__subject" -}}
[{{ toUpper .Status }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}]
{{- " " }}{{ join " " .GroupLabels.SortedPairs.Values }}{{ " " -}}
{{ if gt (len .CommonLabels) (len .GroupLabels) -}}
({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join " " .Values }}{{ end }})
{{- end -}}
{{- end -}}
{{- define "__text_alert_list" -}}
{{ range . }}{{ "Labels:\n" }}
{{- range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}{{ "\n" }}{{ end -}}
{{ "Annotations:\n" }}
{{- range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}{{ "\n" }}{{ end -}}
Source: {{ .GeneratorURL }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "slack.default.fallback" -}}
{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . -}}
{{ end -}}
{{- define "slack.default.callbackid" }}{{ end -}}
{{- define "slack.default.pretext" }}{{ end -}}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "slack.default.iconemoji" }}{{ end -}}
{{- define "slack.default.iconurl" }}{{ end -}}
{{- define "slack.default.text" }}{{ end -}}
{{- define "slack.default.footer" }}{{ end -}}
{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end -}}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end -}}
"##;

/// What both have for other integrations; templates for Slack may call it too. Two ways of telling of firing and
/// resolved alerts come back in them: `__dense` and `__loose` are not Alertmanager's.
const OTHERS: &str = r##"
{{- define "__dense" }}
{{ if .Alerts.Firing }}Alerts Firing:{{ "\n" }}{{ template "__text_alert_list" .Alerts.Firing }}{{ end }}
{{ if .Alerts.Resolved }}Alerts Resolved:{{ "\n" }}{{ template "__text_alert_list" .Alerts.Resolved }}{{ end }}
{{- end -}}
{{- define "__loose" }}
{{ with .Alerts.Firing }}
Alerts Firing:
{{ template "__text_alert_list" . }}
{{ end }}
{{ with .Alerts.Resolved }}
Alerts Resolved:
{{ template "__text_alert_list" . }}
{{ end }}
{{ end -}}
{{- define "__annotations" }}{{ join " " .CommonAnnotations.SortedPairs.Values }}{{ end -}}
{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end -}}
{{- define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end -}}
{{- define "opsgenie.default.description" }}{{ template "__annotations" . }}{{ template "__dense" . }}{{ end -}}
{{- define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "wechat.default.message" }}{{ template "__subject" . }}
{{ template "__annotations" . }}{{ template "__dense" . }}
AlertmanagerUrl:
{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "wechat.default.to_user" }}{{ end -}}
{{- define "wechat.default.to_party" }}{{ end -}}
{{- define "wechat.default.to_tag" }}{{ end -}}
{{- define "wechat.default.agent_id" }}{{ end -}}
{{- define "victorops.default.state_message" }}{{ template "__annotations" . }}{{ template "__dense" . }}{{ end -}}
{{- define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end -}}
{{- define "victorops.default.monitoring_tool" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "pushover.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "pushover.default.message" }}{{ template "__annotations" . }}{{ template "__loose" . }}{{ end -}}
{{- define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "sns.default.subject" }}{{ template "__subject" . }}{{ end -}}
{{- define "sns.default.message" }}{{ template "__annotations" . }}{{ template "__loose" . }}{{ end -}}
{{- define "telegram.default.message" }}{{ template "__loose" . }}{{ end -}}
{{- define "discord.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "discord.default.message" }}{{ template "__loose" . }}{{ end -}}
{{- define "webex.default.message" }}{{ template "__annotations" . }}{{ template "__loose" . }}{{ end -}}
"##;

/// What only the newer one has.
const NEWER: &str = r##"
{{- define "__text_alert_list_markdown" -}}
{{ range . }}{{ "\nLabels:\n" }}
{{- range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}{{ "\n" }}{{ end -}}
{{ "\nAnnotations:\n" }}
{{- range .Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}{{ "\n" }}{{ end -}}
{{ "\n" }}Source: {{ .GeneratorURL }}{{ "\n" }}{{ end }}{{ "\n" -}}
{{- end -}}
{{- define "slack.default.color" }}{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}{{ end -}}
{{- define "__markdown" }}
{{ with .Alerts.Firing }}
# Alerts Firing:
{{ template "__text_alert_list_markdown" . }}
{{ end }}
{{ with .Alerts.Resolved }}
# Alerts Resolved:
{{ template "__text_alert_list_markdown" . }}
{{ end }}
{{ end -}}
{{- define "__priority" -}}
{{ $found := "" -}}
{{ range . }}{{ $severity := .Labels.severity -}}
{{ if eq $severity "critical" }}{{ $found = "High" -}}
{{ else if and (eq $severity "warning") (ne $found "High") }}{{ $found = "Medium" -}}
{{ else if and (eq $severity "info") (eq $found "") }}{{ $found = "Low" }}{{ end }}{{ end -}}
{{ $found }}{{ end -}}
{{- define "discord.default.content" }}{{ end -}}
{{- define "msteams.default.summary" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.text" }}{{ template "__markdown" . }}{{ end -}}
{{- define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteamsv2.default.text" }}{{ template "__markdown" . }}{{ end -}}
{{- define "jira.default.summary" }}{{ template "__subject" . }}{{ end -}}
{{- define "jira.default.description" }}{{ template "__markdown" . }}{{ end -}}
{{- define "jira.default.priority" -}}
{{ $known := false -}}
{{ range .Alerts.Firing }}{{ if match "^(critical|warning|info)$" .Labels.severity }}{{ $known = true }}{{ end }}{{ end -}}
{{ if $known }}{{ template "__priority" .Alerts.Firing }}{{ else }}{{ template "__priority" .Alerts.Resolved }}{{ end -}}
{{ end -}}
{{- define "rocketchat.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "rocketchat.default.alias" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "rocketchat.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "rocketchat.default.emoji" }}{{ end -}}
{{- define "rocketchat.default.iconurl" }}{{ end -}}
{{- define "rocketchat.default.text" }}{{ end -}}
{{- define "mattermost.default.color" }}{{ template "slack.default.color" . }}{{ end -}}
{{- define "mattermost.default.username" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "mattermost.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "mattermost.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "mattermost.default.fallback" -}}
{{ template "mattermost.default.title" . }} | {{ template "mattermost.default.titlelink" . -}}
{{ end -}}
{{- define "mattermost.default.text" }}{{ template "__markdown" . }}{{ end -}}
"##;

/// The texts of a release, in the order in which they are read.
pub(super) fn texts(release: Release) -> Vec<&'static str> {
    match release {
        Release::V0_25 => vec![BOTH, OTHERS],
        Release::V0_33 => vec![BOTH, OTHERS, NEWER],
    }
}
