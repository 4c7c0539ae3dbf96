-- Run once by PostgreSQL's image: Prefect's database beside the register's
CREATE DATABASE prefect;
