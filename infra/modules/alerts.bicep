// Alerts. docs/operations.md says what to do for each cause. tests/kql runs each query on lines that the app writes. No
// rule fires before the app has written a line.

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
let Signals = AppTraces
| where Message contains '{"signal":"'
| extend S = parse_json(extract(@'(\{"signal":".*\})$', 1, Message))
| extend Signal = tostring(S.signal);
'''

// What the app reports while it runs. Each query returns a row or none, or a row for each function, in `Cause`.
// Rows of an event are looked for in the last 20 minutes: a query may start a little later than a quarter of an hour
// after the one before it, and must miss none.
var causes = [
  // Functions of function_app.py: a message on a poison queue starts one of the two.
  '''
AppRequests
| where TimeGenerated > ago(20m) and Name in ('record_poison_jobs', 'record_poison_results')
| extend Cause = 'poison'
| summarize Rows = count() by Cause
'''
  '''
Signals
| where TimeGenerated > ago(20m) and Signal == 'givenUp'
| extend Cause = 'given-up'
| summarize Rows = count() by Cause
'''
  // Written at each tick of the timer, if a job is pending. As long as the poll runs, this time contains a tick.
  '''
Signals
| where TimeGenerated > ago({missing}) and Signal == 'pending' and todouble(S.hours) > {hours}
| extend Cause = 'oldest-pending'
| summarize Rows = count() by Cause
'''
  '''
Signals
| where TimeGenerated > ago(20m) and Signal == 'ended' and tostring(S.status) != 'completed'
| extend Cause = 'ended-badly'
| summarize Rows = count() by Cause
'''
  '''
Signals
| where TimeGenerated > ago(20m) and Signal == 'repaired' and tostring(S.repair) == 'standsStill'
| extend Cause = 'stands-still'
| summarize Rows = count() by Cause
'''
  // Every execution of a function is a request. Of a queue's message there are up to five before it becomes poison.
  // Roles take effect minutes after the first deployment, so one quarter of an hour may be full of failures.
  '''
AppRequests
| where TimeGenerated > ago(30m) and Success == false
| summarize Rows = count(), Newer = countif(TimeGenerated > ago(15m)) by Name
| where Newer > 10 and Rows - Newer > 10
| project Rows, Cause = strcat('failures of ', Name)
'''
  // The poll logs errors and does not raise them, so its executions do not count as failed.
  '''
AppTraces
| where TimeGenerated > ago(30m) and OperationName == 'poll_jobs' and SeverityLevel >= 3
| summarize Rows = count(), Newer = countif(TimeGenerated > ago(15m))
| where Newer > 4 and Rows - Newer > 4
| project Rows, Cause = 'poll-trouble'
'''
  // In each quarter of the last hour.
  '''
Signals
| where TimeGenerated > ago(1h) and Signal == 'throttled'
| summarize Rows = count() by Quarter = toint((now() - TimeGenerated) / 15m)
| summarize Rows = sum(Rows), Quarters = count()
| where Quarters == 4
| project Rows, Cause = 'throttled'
'''
]

// The last run of poll_jobs. Before the first run there is none: Last is null then, and no row is left.
var pollMissing = '''
AppRequests
| where Name == 'poll_jobs'
| summarize Last = max(TimeGenerated)
| where Last < ago({missing})
| project Last, Cause = 'poll-missing'
'''

// A rule fires for each `Cause` of which its query returns a row. Two rules, because each has a price, and because one
// closes by itself and the other cannot (docs/decisions/0043).
var rules = [
  {
    name: 'stopped'
    title: 'The poll does not run'
    text: 'poll_jobs has not run: the app is stopped, does not start, or may not reach its storage account.'
    severity: 1
    query: replace(pollMissing, '{missing}', missingSpan)
    // The longest time that a rule may look back. After that the window has no last run, and the query returns nothing.
    window: 'P2D'
    // So the alert would resolve itself after two days in which nothing ran. It is closed by hand instead.
    resolves: false
  }
  {
    name: 'trouble'
    title: 'The app reports trouble'
    text: 'The dimension Cause says what it is. For each cause, docs/operations.md has a section with what to do.'
    severity: 2
    query: '${signals}union\n(${replace(replace(join(causes, '),\n('), '{missing}', missingSpan), '{hours}', string(oldestPendingHours))})\n'
    // No query of a cause looks back further.
    window: pollMissingFor == 'PT2H' ? 'PT2H' : 'PT1H'
    resolves: true
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
            threshold: 0
            dimensions: [
              {
                name: 'Cause'
                operator: 'Include'
                values: ['*']
              }
            ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
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
