// Alerts. docs/operations.md says what to do for each. tests/kql runs each query on lines that the app writes. No rule
// fires before the app has written a line.

import { tagSet } from 'types.bicep'

@description('Region of the rules.')
@minLength(1)
param location string

@description('Prefix of the name of every rule.')
@minLength(1)
@maxLength(40)
param namePrefix string

@description('Tags.')
param tags tagSet

@description('Resource id of the Log Analytics workspace that holds the app\'s telemetry.')
@minLength(1)
param workspaceId string

@description('Resource id of the Cosmos DB account.')
@minLength(1)
param cosmosAccountId string

@description('Database whose throttling is counted.')
@minLength(1)
param cosmosDatabase string

@description('Mail address for the alerts; empty: they are shown in the portal only.')
@maxLength(254)
param email string

@description('An alert fires for a job that is pending for more hours than this.')
@minValue(1)
@maxValue(743)
param oldestPendingHours int

@description('An alert fires when the poll has not run for this long.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT2H'])
param pollMissingFor string

// The same as a time span of the query language: PT15M is 15m.
var missingSpan = toLower(substring(pollMissingFor, 2))

// Every warning, every error and some lines of information of the app end with a JSON object, {"signal":"…", …}:
// shared/pipeline/signals.py says which signals there are. A rule reads the object, never the words before it.
var signals = '''
AppTraces
| where Message contains '{"signal":"'
| extend S = parse_json(extract(@'(\{"signal":".*\})$', 1, Message))
'''

// Functions of function_app.py: a message on a poison queue starts one of the two.
var poison = '''
AppRequests
| where Name in ('record_poison_jobs', 'record_poison_results')
'''

var givenUp = '''
| where tostring(S.signal) == 'givenUp'
'''

// Written at each tick of the timer, if a job is pending.
var oldestPending = '''
| where tostring(S.signal) == 'pending' and todouble(S.hours) > {hours}
'''

var endedBadly = '''
| where tostring(S.signal) == 'ended' and tostring(S.status) != 'completed'
'''

var standsStill = '''
| where tostring(S.signal) == 'repaired' and tostring(S.repair) == 'standsStill'
'''

// Every execution of a function is a request. Of a queue's message there are up to five before it becomes poison.
var failures = '''
AppRequests
| where Success == false
'''

// The poll logs errors and does not raise them, so its executions do not count as failed.
var pollTrouble = '''
AppTraces
| where OperationName == 'poll_jobs' and SeverityLevel >= 3
'''

var throttled = '''
| where tostring(S.signal) == 'throttled'
'''

// The last run of poll_jobs. Before the first run there is none: Last is null then, and no row is left.
var pollMissing = '''
AppRequests
| where Name == 'poll_jobs'
| summarize Last = max(TimeGenerated)
| where Last < ago({missing})
'''

// A rule fires if its query returns more rows than `threshold` in each of `periods` windows. The windows are parts of
// one query, divided by TimeGenerated, so a rule of several periods has to keep that column.
var rules = [
  {
    name: 'poison'
    title: 'Messages were given up'
    text: 'A message reached a poison queue; what it was and why is in container jobs or transcripts.'
    severity: 1
    query: poison
    window: 'PT15M'
    threshold: 0
    periods: 1
    splitBy: []
    resolves: true
  }
  {
    name: 'given-up'
    title: 'Files were given up'
    text: 'A result file, or the list of the files of a job, could not be read or written; the document says why.'
    severity: 2
    query: '${signals}${givenUp}'
    window: 'PT15M'
    threshold: 0
    periods: 1
    splitBy: []
    resolves: true
  }
  {
    name: 'oldest-pending'
    title: 'A job has been pending for more than ${oldestPendingHours} h'
    text: 'Speech says neither Succeeded nor Failed; at MAX_PENDING_HOURS the job expires.'
    severity: 2
    query: '${signals}${replace(oldestPending, '{hours}', string(oldestPendingHours))}'
    // As long as the poll runs, a window of this length contains a line of it.
    window: pollMissingFor
    threshold: 0
    periods: 1
    splitBy: []
    resolves: true
  }
  {
    name: 'ended-badly'
    title: 'Jobs failed, expired, were not found or are incomplete'
    text: 'The job ended without all its transcripts; its document says why.'
    severity: 3
    query: '${signals}${endedBadly}'
    window: 'PT15M'
    threshold: 0
    periods: 1
    splitBy: []
    resolves: true
  }
  {
    name: 'stands-still'
    title: 'A job being ingested stands still'
    text: 'No file of it was written for REQUEUE_MINUTES; its files were listed again.'
    severity: 2
    query: '${signals}${standsStill}'
    window: 'PT15M'
    threshold: 0
    periods: 1
    splitBy: []
    resolves: true
  }
  {
    name: 'failures'
    title: 'A function fails again and again'
    text: 'More than ten runs of one function failed in each of the last two quarters of an hour.'
    severity: 2
    query: failures
    window: 'PT15M'
    threshold: 10
    // Roles take effect minutes after the first deployment, so one quarter of an hour may be full of failures.
    periods: 2
    splitBy: [
      {
        name: 'Name'
        operator: 'Include'
        values: ['*']
      }
    ]
    resolves: true
  }
  {
    name: 'poll-trouble'
    title: 'The poll meets errors'
    text: 'Speech or Cosmos DB refuses the poll; ended jobs are not found meanwhile.'
    severity: 2
    query: pollTrouble
    window: 'PT15M'
    threshold: 4
    // As above.
    periods: 2
    splitBy: []
    resolves: true
  }
  {
    name: 'throttled'
    title: 'Throttled for an hour'
    text: 'In each quarter of the last hour a service asked to slow down; a burst alone is over sooner.'
    severity: 3
    query: '${signals}${throttled}'
    window: 'PT15M'
    threshold: 0
    periods: 4
    splitBy: []
    resolves: true
  }
  {
    name: 'poll-missing'
    title: 'The poll does not run'
    text: 'poll_jobs has not run: the app is stopped, does not start, or may not reach its storage account.'
    severity: 1
    query: replace(pollMissing, '{missing}', missingSpan)
    // The longest time that a rule may look back. After that the window has no last run, and the query returns nothing.
    window: 'P2D'
    threshold: 0
    periods: 1
    splitBy: []
    // So the alert would resolve itself after two days in which nothing ran. It is closed by hand instead.
    resolves: false
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${namePrefix}-alerts'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'speech2cosm'
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${namePrefix}: ${rule.title}'
      description: rule.text
      severity: rule.severity
      enabled: true
      autoMitigate: rule.resolves
      // An alert that does not resolve itself fires at each evaluation. Mail is sent once a day.
      muteActionsDuration: rule.resolves ? null : 'P1D'
      scopes: [workspaceId]
      // The price of a rule depends on how often it is evaluated.
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      // A new workspace may not have its tables yet, so validating the query would fail the first deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.splitBy
            failingPeriods: {
              numberOfEvaluationPeriods: rule.periods
              minFailingPeriodsToAlert: rule.periods
            }
          }
        ]
      }
      actions: {
        actionGroups: empty(email) ? [] : [actionGroup.id]
      }
    }
  }
]

// The app retries throttled requests, so a few do not matter: 600 in 15 minutes are 40 a minute.
resource cosmosThrottling 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${namePrefix}-cosmos-throttling'
  location: 'global'
  tags: tags
  properties: {
    description: 'Cosmos DB answers 429: what it may serve in a second is too little for what is written.'
    severity: 3
    enabled: true
    autoMitigate: true
    scopes: [cosmosAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
          metricName: 'TotalRequests'
          dimensions: [
            {
              name: 'StatusCode'
              operator: 'Include'
              values: ['429']
            }
            {
              name: 'DatabaseName'
              operator: 'Include'
              values: [cosmosDatabase]
            }
          ]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 600
        }
      ]
    }
    actions: empty(email)
      ? []
      : [
          {
            actionGroupId: actionGroup.id
          }
        ]
  }
}
