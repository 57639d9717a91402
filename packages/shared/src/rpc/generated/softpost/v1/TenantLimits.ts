// Original file: ../../proto/softpost/v1/admin.proto


export interface TenantLimits {
  'queuedJobs'?: (number);
  'storedPrompts'?: (number);
  'concurrentCalls'?: (number);
  'stepsPerJob'?: (number);
  'submissionsPerDay'?: (number);
}

export interface TenantLimits__Output {
  'queuedJobs': (number);
  'storedPrompts': (number);
  'concurrentCalls': (number);
  'stepsPerJob': (number);
  'submissionsPerDay': (number);
}
