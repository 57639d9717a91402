/** @file The unit of privacy: what one data set holds more than its neighbour. */

/** `example`: one line of the data file. `user`: all lines of one person, or of whatever else a column of the file names. */
export const UNITS = ['example', 'user'] as const;
export type Unit = (typeof UNITS)[number];
