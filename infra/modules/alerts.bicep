// What somebody should be told of. docs/operations.md says what to do for each.
// Each query rests on lines that the app logs; the comment above it says which, and where they are written.

import { tagSet } from 'types.bicep'

@description('Region of the rules.')
@minLength(1)
param location string

@description('Begins the name of every rule.')
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

@description('Database whose throttling counts.')
@minLength(1)
param cosmosDatabase string

@description('Address that the alerts are sent to; empty: they are seen in the portal only.')
@maxLength(254)
param email string

@description('A job that has been pending for more hours than this is told of.')
@minValue(1)
@maxValue(47)
param oldestPendingHours int

@description('The poll is missed when it has not run for so long.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT2H'])
param pollMissingFor string

// Functions named in function_app.py: whatever reaches a poison queue makes one of the two run.
var poison = '''
AppRequests
| where Name in ('record_poison_jobs', 'record_poison_results')
'''

// "job J file F: given up: CODE: WORDS", shared/pipeline/give_up.py
var givenUp = '''
AppTraces
| where SeverityLevel >= 3 and Message contains ': given up: '
'''

// "job J: accepted" and "job J: starts over after …", shared/pipeline/accept.py; "job J: Speech says S: STATUS", poll.py
var oldestPending = '''
AppTraces
| where Message startswith 'job '
| parse Message with 'job ' Job ': ' What
| extend Accepted = What == 'accepted' or What startswith 'starts over after '
| extend Left = What startswith 'Speech says ' and What !endswith ': pending'
| where Accepted or Left
| summarize Since = maxif(TimeGenerated, Accepted), LeftAt = maxif(TimeGenerated, Left) by Job
| where Since < ago({hours}h) and (isnull(LeftAt) or LeftAt < Since)
'''

// "job J: Speech says S: STATUS", shared/pipeline/poll.py; "job J: STATUS, …", settle.py; "job J: its files cannot be
// listed: …", fetch.py
var endedBadly = '''
AppTraces
| where Message startswith 'job '
| parse Message with 'job ' Job ': ' What
| extend Unread = What startswith 'Speech says ' and What matches regex ': (failed|expired|notFound)$'
| extend Unwritten = What startswith 'completedWithErrors, ' or What startswith 'expired, '
| where Unread or Unwritten or What startswith 'its files cannot be listed: '
'''

// "job J: stands still since …", shared/pipeline/settle.py
var standsStill = '''
AppTraces
| where Message startswith 'job ' and Message contains ': stands still since '
'''

// Every run of a function is a request. One of a queue is repeated up to five times before its message is poison.
var failures = '''
AppRequests
| where Success == false
'''

// "poll: …", "settle: …" and "job J: …" at level error: shared/pipeline/poll.py and settle.py do not raise, so their
// runs do not count as failed.
var pollTrouble = '''
AppTraces
| where OperationName == 'poll_jobs' and SeverityLevel >= 3
'''

// "job J: throttled, sent anew after …", shared/pipeline/throttle.py; "poll: stops until the next tick: …", poll.py
var throttled = '''
AppTraces
| where Message contains ': throttled, sent anew after ' or Message startswith 'poll: stops until the next tick: '
'''

// poll_jobs, named in function_app.py, runs by POLL_SCHEDULE.
var pollRuns = '''
AppRequests
| where Name == 'poll_jobs'
'''

var rules = [
  {
    name: 'poison'
    title: 'Messages were given up'
    text: 'A message reached a poison queue; what it was and why is in container jobs or transcripts.'
    severity: 1
    query: poison
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 0
    periods: 1
    splitBy: []
  }
  {
    name: 'given-up'
    title: 'Files were given up'
    text: 'A result file could not be read or written; its document of type fileFailure says why.'
    severity: 2
    query: givenUp
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 0
    periods: 1
    splitBy: []
  }
  {
    name: 'oldest-pending'
    title: 'A job has been pending for more than ${oldestPendingHours} h'
    text: 'Speech says neither Succeeded nor Failed; at MAX_PENDING_HOURS the job expires.'
    severity: 2
    query: replace(oldestPending, '{hours}', string(oldestPendingHours))
    window: 'PT15M'
    // The longest that a rule may look back; hence no more than 47 hours.
    lookBack: 'P2D'
    operator: 'GreaterThan'
    threshold: 0
    periods: 1
    splitBy: []
  }
  {
    name: 'ended-badly'
    title: 'Jobs failed, expired, were not found or are incomplete'
    text: 'The job ended without all its transcripts; its document says why.'
    severity: 3
    query: endedBadly
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 0
    periods: 1
    splitBy: []
  }
  {
    name: 'stands-still'
    title: 'A job being ingested stands still'
    text: 'No file of it was written for REQUEUE_MINUTES; its files were listed again.'
    severity: 2
    query: standsStill
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 0
    periods: 1
    splitBy: []
  }
  {
    name: 'failures'
    title: 'A function fails again and again'
    text: 'More than ten runs of one function failed in a quarter of an hour.'
    severity: 2
    query: failures
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 10
    periods: 1
    splitBy: [
      {
        name: 'Name'
        operator: 'Include'
        values: ['*']
      }
    ]
  }
  {
    name: 'poll-trouble'
    title: 'The poll meets errors'
    text: 'Speech or Cosmos DB refuses the poll; ended jobs are not found meanwhile.'
    severity: 2
    query: pollTrouble
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 4
    periods: 1
    splitBy: []
  }
  {
    name: 'throttled'
    title: 'Throttled for an hour'
    text: 'In each quarter of the last hour a service asked to slow down; a burst alone is over sooner.'
    severity: 3
    query: throttled
    window: 'PT15M'
    lookBack: null
    operator: 'GreaterThan'
    threshold: 0
    periods: 4
    splitBy: []
  }
  {
    name: 'poll-missing'
    title: 'The poll does not run'
    text: 'poll_jobs has not run: the app is stopped, does not start, or may not reach its storage account.'
    severity: 1
    query: pollRuns
    window: pollMissingFor
    lookBack: null
    operator: 'LessThan'
    threshold: 1
    periods: 1
    splitBy: []
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

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
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
      autoMitigate: true
      scopes: [workspaceId]
      // A rule costs by how often it looks.
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      overrideQueryTimeRange: rule.lookBack
      // A new workspace may not know its tables yet, and a validated query would fail the first deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
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

// The SDK repeats what is throttled by itself, so that a few cost nothing: 600 in 15 minutes are 40 a minute.
resource cosmosThrottling 'Microsoft.Insights/metricAlerts@2018-03-01' = {
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
