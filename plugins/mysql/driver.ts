// The package is CommonJS: its names are given on from here, and this module is imported lazily.
import mysql from "mysql2";

export const { createConnection } = mysql;
export type MysqlClient = mysql.Connection;
